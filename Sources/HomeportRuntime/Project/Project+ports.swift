import HomeportCore
import HomeportDoor
import HomeportGuard
import HomeportHTTP
import HomeportNet
import NIOCore
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Ports of services' own.
extension Project {
    /// The port of a service, held so that nobody else takes it.
    /// - Parameter wanted: One that it must have.
    /// - Throws: ``HomeportError`` that says who has it.
    func hold(for service: ServiceName, wanted: Port?, of plan: Plan) throws -> PortPlaceholder {
        if let wanted {
            do throws(SystemFailure) { return try PortPlaceholder(wanted) } catch {
                throw BindDiagnosis.live(.loopbacks(wanted), error, offersOtherPort: false)
            }
        }
        if let port = ports[service], let held = try? PortPlaceholder(port) { return held }
        let key = LeaseKey(directory: plan.directory, service: service)
        var refused: Set<Port> = []
        while true {
            let port = try options.leases.map { try $0.lease(key, refusing: refused) } ?? FreePorts.find(1)[0]
            do throws(SystemFailure) {
                let held = try PortPlaceholder(port)
                ports[service] = port
                return held
            } catch {
                let why = BindDiagnosis.live(.loopbacks(port), error, offersOtherPort: false)
                guard error.errno == EADDRINUSE, refused.count < 64 else { throw why }
                if options.leases != nil { options.onWarning("\(service) gets another port: \(why.what)") }
                refused.insert(port)
            }
        }
    }

    /// Programs find folders at a port, too: each has one as soon as there is a program, or a command. Those that are there stay.
    /// - Returns: All that the plan needs, the new ones open; on failure none of those is left.
    func openOwnListeners(
        of plan: Plan,
        _ services: [ServiceName: RunningService]
    ) async throws -> [ServiceName: OwnListener] {
        var all: [ServiceName: OwnListener] = [:]
        guard let loops, plan.hasPrograms || options.hasCommand else { return all }
        do {
            for service in plan.services {
                guard case .folder = service.kind, let responder = services[service.name]?.responder else { continue }
                if let known = ownListeners[service.name] {
                    all[service.name] = known
                    continue
                }
                let port = try hold(for: service.name, wanted: nil, of: plan).port
                let current = CurrentResponder(of: service.name, guarded(responder, for: service.name))
                let listener = try await HTTPServer.start(
                    ListeningSockets.open(.loopbacks(port)),
                    on: loops,
                    service: self.service(current),
                    onRefusal: options.onWarning
                )
                all[service.name] = OwnListener(responder: current, listener: listener)
            }
        } catch {
            await close(all.filter { ownListeners[$0.key] == nil })
            throw error
        }
        return all
    }

    /// From now on these answer, and lead to `services`.
    func useOwnListeners(_ next: [ServiceName: OwnListener], _ services: [ServiceName: RunningService]) async {
        for (name, one) in next {
            if let service = services[name] { one.responder.become(guarded(service.responder, for: name)) }
        }
        let gone = ownListeners.filter { next[$0.key] == nil }
        ownListeners = next
        await close(gone)
    }

    func close(_ listeners: [ServiceName: OwnListener]) async {
        for (_, one) in listeners { await one.listener.stop(within: .milliseconds(500)) }
    }
}

/// Where a service of this process is found beside the door.
struct OwnListener: Sendable {
    let responder: CurrentResponder
    let listener: Listener
}

/// Whoever answers for a service at the moment.
final class CurrentResponder: Responder {
    private let service: ServiceName
    private let current: Mutex<any Responder>

    init(of service: ServiceName, _ first: any Responder) {
        self.service = service
        current = Mutex(first)
    }

    func become(_ next: any Responder) { current.withLock { $0 = next } }

    func respond(to head: RequestHead, _ exchange: any Exchange) {
        exchange.observer?.goes(to: service.text)
        current.withLock { $0 }.respond(to: head, exchange)
    }
}
