package import HomeportCore
import HomeportDoor
import HomeportGuard
package import HomeportHTTP
import HomeportNet
import HomeportServe
package import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A plan that runs: its services behind a door, until it is stopped.
///
/// A changed plan is applied whole or not at all: everything that can fail is done first, beside what runs; then the
/// table of routes is swapped.
package actor Project {
    private enum State {
        case idle
        case running(Listener, Door, control: Listener?)
        case stopped
    }

    package let options: ProjectOptions
    package private(set) var plan: Plan

    private var state = State.idle
    private var services: [ServiceName: RunningService] = [:]
    private var group: MultiThreadedEventLoopGroup?
    private let started = Int64(time(nil))
    private var loops: ServerLoops?
    private var caches: FolderCaches?
    private var socketPath: String?
    private var isBusy = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var control: (any Responder)?
    /// One for all services and all plans to come: what was right once stays known.
    private let passwords: PasswordCheck?

    package init(_ plan: Plan, options: ProjectOptions) {
        self.plan = plan
        self.options = options
        passwords = options.credentials.isEmpty ? nil : PasswordCheck(options.credentials)
    }

    // MARK: Start

    /// Starts everything. On failure nothing is left running.
    /// - Parameters:
    ///   - control: Answers for `homeport.localhost`, by TCP.
    ///   - socket: Where the same is offered to this user's own programs, and who answers there.
    package func start(
        control: (any Responder)?,
        socket: (path: String, responder: any Responder)?
    ) async throws {
        await takeTurn()
        defer { endTurn() }
        guard case .idle = state else { return }
        // Other machines have no business there, token or not.
        self.control = options.place.isLoopback ? control : nil
        do {
            let running = try await open()
            state = .running(running.listener, running.door, control: nil)
            let offered = try await offer(socket, on: running.loops)
            socketPath = socket?.path
            state = .running(running.listener, running.door, control: offered)
        } catch {
            await shutDown(within: .zero)
            throw error
        }
    }

    private func open() async throws -> (listener: Listener, door: Door, loops: ServerLoops) {
        ConnectionLimit.raise()
        // The port first: who cannot have it should not wait for anything else to learn so.
        let sockets = try ListeningSockets.open(options.place)
        if sockets.ipv6Missing { options.onWarning("this machine has no IPv6 loopback: only 127.0.0.1 answers") }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: options.threads)
        self.group = group
        let loops = try await ServerLoops(group)
        self.loops = loops
        let caches = try await FolderCaches(loops: loops)
        self.caches = caches
        services = try await makeServices(of: plan, keeping: [:], loops: loops, caches: caches)
        let door = try await Door(table(of: plan, services), loops: loops)
        let hosts = HostRule(options.hosts, allowsOtherAddresses: !options.place.isLoopback)
        var service = HTTPService(
            responder: door,
            policy: AccessPolicy(hosts: hosts),
            observer: options.observer
        )
        service.deadlines = options.deadlines
        let listener = try await HTTPServer.start(sockets, on: loops, service: service, onRefusal: options.onWarning)
        return (listener, door, loops)
    }

    private func offer(
        _ socket: (path: String, responder: any Responder)?,
        on loops: ServerLoops
    ) async throws -> Listener? {
        guard let socket else { return nil }
        return try await HTTPServer.start(
            ListeningSockets.open(.address(.unix(socket.path))),
            on: loops,
            service: HTTPService(responder: socket.responder),
            onRefusal: options.onWarning
        )
    }

    // MARK: Change

    /// Makes the plan true.
    /// - Returns: What changed.
    /// - Throws: If a service cannot be made; everything is then as before.
    package func apply(_ plan: Plan) async throws -> PlanChange {
        await takeTurn()
        defer { endTurn() }
        guard case .running(_, let door, _) = state, let loops, let caches else {
            throw HomeportError(.projectStopped, "the project is stopping", fix: "start it again once it has stopped")
        }
        let change = PlanChange(from: self.plan, to: plan)
        // A service that is only the default from now on is the same service.
        let old = self.plan
        let kept = services.filter { name, _ in
            guard let before = old.services.first(where: { $0.name == name }),
                let after = plan.services.first(where: { $0.name == name })
            else { return false }
            return before.kind == after.kind && old.directory == plan.directory
        }
        let made = try await makeServices(of: plan, keeping: kept, loops: loops, caches: caches)
        let gone = services.filter { name, _ in kept[name] == nil }
        try await door.change(to: table(of: plan, made))
        services = made
        self.plan = plan
        for (_, service) in gone { await service.stop() }
        return change
    }

    // MARK: Facts

    package var port: Port? {
        guard case .running(let listener, _, _) = state else { return nil }
        return listener.port
    }

    package var status: ProjectStatus {
        var (addresses, connections) = ([String](), 0)
        if case .running(let listener, _, _) = state {
            addresses = listener.places.map { "\(Endpoint($0, scheme: .http))" }
            connections = listener.connectionCount
        }
        return ProjectStatus(
            project: plan.name.text,
            version: HomeportVersion.current,
            pid: getpid(),
            directory: plan.directory,
            plan: plan.file,
            started: LogTime.rfc3339(started),
            addresses: addresses,
            services: plan.services.map { service in
                ProjectStatus.Service(
                    name: service.name.text,
                    kind: service.kind.word,
                    summary: service.summary,
                    url: "http://\(service.name.host)" + (port.map { ":\($0)" } ?? ""),
                    isDefault: service.isDefault
                )
            },
            connections: connections
        )
    }

    // MARK: Stop

    /// Lets what runs finish within `grace`, then ends it.
    /// - Returns: How many connections had to be cut off.
    @discardableResult
    package func stop(within grace: TimeAmount) async -> Int {
        await takeTurn()
        defer { endTurn() }
        return await shutDown(within: grace)
    }

    @discardableResult
    private func shutDown(within grace: TimeAmount) async -> Int {
        let before = state
        state = .stopped
        for (_, service) in services { await service.stop() }
        services = [:]
        var cut = 0
        if case .running(let listener, _, let control) = before {
            cut = await listener.stop(within: grace)
            await control?.stop(within: .milliseconds(500))
        }
        if let socketPath { UnixSocket.removeStale(at: socketPath) }
        try? await group?.shutdownGracefully()
        group = nil
        return cut
    }

    // MARK: Turns

    /// Start, change and stop wait for each other: each of them awaits in between, and meanwhile an actor lets the next
    /// one in.
    private func takeTurn() async {
        guard isBusy else {
            isBusy = true
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func endTurn() {
        if waiting.isEmpty { isBusy = false } else { waiting.removeFirst().resume() }
    }

    // MARK: Parts

    private func makeServices(
        of plan: Plan,
        keeping kept: [ServiceName: RunningService],
        loops: ServerLoops,
        caches: FolderCaches
    ) async throws -> [ServiceName: RunningService] {
        var services = kept
        do {
            for service in plan.services where kept[service.name] == nil {
                services[service.name] = try await RunningService.start(
                    service,
                    of: plan,
                    loops: loops,
                    caches: caches,
                    options: options
                )
            }
        } catch {
            for (name, service) in services where kept[name] == nil { await service.stop() }
            throw error
        }
        return services
    }

    private func table(of plan: Plan, _ services: [ServiceName: RunningService]) -> RouteTable {
        let passwords = passwords
        return RouteTable(
            routes: plan.services.compactMap { service in
                services[service.name].map {
                    RouteTable.Route(name: service.name, summary: service.summary, responder: $0.responder)
                }
            },
            fallback: plan.services.first(where: \.isDefault)?.name,
            control: control,
            isAlone: plan.file == nil,
            protect: { next in passwords.map { BasicAuthentication($0, protecting: next) } ?? next }
        )
    }
}

extension HomeportError.Code {
    package static let projectStopped = Self("project.stopped", .world)
}
