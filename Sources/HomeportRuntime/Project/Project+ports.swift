import HomeportCore
import HomeportDoor
import HomeportGuard
import HomeportHTTP
import HomeportNet
import NIOCore

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

    /// Programs find folders at a port, too: each has one as soon as there is a program.
    func openOwnListeners(of plan: Plan, _ services: [ServiceName: RunningService]) async throws {
        guard let loops else { return }
        var next: [ServiceName: (responder: any Responder, listener: Listener)] = [:]
        for service in plan.services where plan.hasPrograms {
            guard case .folder = service.kind, let responder = services[service.name]?.responder else { continue }
            if let known = ownListeners[service.name] {
                if known.responder === responder {
                    next[service.name] = known
                    continue
                }
                await known.listener.stop(within: .milliseconds(500))
                ownListeners[service.name] = nil
            }
            let port = try hold(for: service.name, wanted: nil, of: plan).port
            let guarded = passwords.map { BasicAuthentication($0, protecting: responder) } ?? responder
            let listener = try await HTTPServer.start(
                ListeningSockets.open(.loopbacks(port)),
                on: loops,
                service: self.service(guarded),
                onRefusal: options.onWarning
            )
            next[service.name] = (responder, listener)
            ownListeners[service.name] = (responder, listener)
        }
        for (name, one) in ownListeners where next[name] == nil { await one.listener.stop(within: .milliseconds(500)) }
        ownListeners = next
    }

    func closeOwnListeners() async {
        for (_, one) in ownListeners { await one.listener.stop(within: .milliseconds(500)) }
        ownListeners = [:]
    }
}
