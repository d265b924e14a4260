package import HomeportCore
package import HomeportDoor
import HomeportGuard
package import HomeportHTTP
import HomeportLink
import HomeportNet
import HomeportServe
package import HomeportTap
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
    enum State {
        case idle
        case running(Front?, control: Listener?)
        case stopped
    }

    /// Where services answer.
    struct Front {
        let listener: Listener
        let door: Door
    }

    package let options: ProjectOptions
    package internal(set) var plan: Plan

    var state = State.idle
    var services: [ServiceName: RunningService] = [:]
    /// How the door reaches services that have a link before them.
    var ways: [ServiceName: ProxyResponder] = [:]
    var links: [String: Link] = [:]
    /// The limited lines of groups of links.
    var lines: [String: Lines] = [:]
    var group: MultiThreadedEventLoopGroup?
    private var controlGroup: MultiThreadedEventLoopGroup?
    let started = Int64(time(nil))
    var loops: ServerLoops?
    private var caches: FolderCaches?
    private var socketPath: String?
    /// Start, change and stop wait for each other.
    let turns = Turns()
    var control: (any Responder)?
    /// The other projects behind the same door.
    var neighbours: Neighbours?
    var handOver: HandOverSocket?
    var doorPort: Port?
    let worktree: ServiceName?
    /// Hosts that a neighbour has, and its name.
    var taken: [String: String] = [:]
    private var hasSaidIPv6Missing = false
    /// Loops for those who ask and change: however much passes through the others, they are answered.
    private var controlLoops: ServerLoops?
    var toxiproxy: (responder: (any Responder)?, listener: Listener?)
    /// Of those who were named on the command line. One for all plans to come: what was right once stays known.
    let passwords: PasswordCheck?
    let tokens: AccessTokens
    /// From the start on.
    var gates: ProjectGates?
    let serviceWays = ServiceWays()
    let policy = AccessPolicy()
    /// Ports of services' own: leased, and kept as long as the project runs.
    var ports: [ServiceName: Port] = [:]
    /// Where programs find services that this process answers for itself.
    var ownListeners: [ServiceName: OwnListener] = [:]
    /// What each program was started with, as far as the plan says it.
    var planned: [ServiceName: [String: String]] = [:]
    /// Ports of programs that end with the change that is being made: those that begin after it may have them.
    var leaving: Set<Port> = []
    /// Whether what was started first has come to be ready, or has had its time.
    var isSettled = false
    /// What the project is run for.
    var command: Program?
    package nonisolated let programLog = ProgramLog()
    /// The record of what passes.
    package nonisolated let tap: Tap

    package init(_ plan: Plan, options: ProjectOptions) {
        self.plan = plan
        self.options = options
        tap = options.opened.map { Tap(opened: $0) } ?? Tap(plan.tap, recorder: options.recorder)
        worktree = options.neighbourhood == nil ? nil : WorkingCopy(of: plan.directory).worktree
        passwords = options.credentials.isEmpty ? nil : PasswordCheck(options.credentials)
        tokens = AccessTokens(in: StateDirectory().path, onTrouble: options.onWarning)
    }

    // MARK: Start

    /// Starts everything. On failure nothing is left running.
    /// - Parameters:
    ///   - control: Answers for `homeport.localhost`, by TCP.
    ///   - socket: Where the same is offered to this user's own programs, and who answers there.
    ///   - toxiproxy: Answers where the plan offers Toxiproxy's API.
    package func start(
        control: (any Responder)?,
        socket: (path: String, responder: any Responder)?,
        toxiproxy: (any Responder)? = nil
    ) async throws {
        await turns.take()
        defer { turns.end() }
        guard case .idle = state else { return }
        // Other machines have no business there, token or not.
        self.control = options.place?.isLoopback == false ? nil : control
        do {
            try takeAccess(of: plan)
            try await makeServices()
            ownListeners = try await openOwnListeners(of: plan, services)
            links = try await makeLinks(of: plan, keeping: [:])
            ways = try await makeWays(of: plan, services)
            let front = try await openDoor()
            state = .running(front, control: nil)
            self.toxiproxy = (toxiproxy, try await offerToxiproxy(at: plan.toxiproxy, toxiproxy))
            let offered = try await offer(socket)
            socketPath = socket?.path
            state = .running(front, control: offered)
            options.onListening(await status)
            startPrograms()
        } catch {
            await shutDown(within: .zero)
            throw error
        }
    }

    private func makeServices() async throws {
        ConnectionLimit.raise()
        let least = 48 + 4 * options.threads
        guard ConnectionLimit.descriptors >= least else {
            throw HomeportError(
                HomeportError.Code("descriptors.few", .world),
                "this process may open \(ConnectionLimit.descriptors) files, and needs \(least) to begin",
                fix: "raise the limit: ulimit -n 1024"
            )
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: options.threads)
        self.group = group
        let loops = try await ServerLoops(group)
        self.loops = loops
        let caches = try await FolderCaches(loops: loops)
        self.caches = caches
        services = try await makeServices(of: plan, keeping: [:], loops: loops, caches: caches)
        serviceWays.lead(to: services)
    }

    /// Said once: it is the machine's trouble, not each listener's.
    func noteMissingIPv6() {
        guard !hasSaidIPv6Missing else { return }
        hasSaidIPv6Missing = true
        options.onWarning("this machine has no IPv6 loopback: only 127.0.0.1 answers")
    }

    /// HTTP as this project speaks it, whoever answers.
    /// - Parameter isTapped: Whether exchanges are taken down here.
    func service(_ responder: any Responder, isTapped: Bool = true) -> HTTPService {
        let both = options.observer.map { ObserverPair($0, tap) as any ExchangeObserving } ?? tap
        var service = HTTPService(
            responder: responder,
            policy: policy,
            observer: isTapped ? both : options.observer
        )
        service.deadlines = options.deadlines
        return service
    }

    private func offer(_ socket: (path: String, responder: any Responder)?) async throws -> Listener? {
        guard let socket else { return nil }
        return try await HTTPServer.start(
            ListeningSockets.open(.address(.unix(socket.path))),
            on: try await ownLoops(),
            service: HTTPService(responder: socket.responder),
            onRefusal: options.onWarning
        )
    }

    func ownLoops() async throws -> ServerLoops {
        if let controlLoops { return controlLoops }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        controlGroup = group
        let loops = try await ServerLoops(group)
        controlLoops = loops
        return loops
    }

    private func offerToxiproxy(at place: ListenPlace?, _ responder: (any Responder)?) async throws -> Listener? {
        guard let place, let responder else { return nil }
        if !place.isLoopback { options.onWarning("Toxiproxy's API is at \(place): other machines can reach it") }
        let hosts = place.isLoopback ? HostRule(options.hosts) : nil
        return try await HTTPServer.start(
            ListeningSockets.open(place),
            on: try await ownLoops(),
            service: HTTPService(responder: responder, policy: AccessPolicy(hosts: hosts)),
            onRefusal: options.onWarning
        )
    }

    // MARK: Change

    /// Makes the plan true.
    /// - Returns: What changed.
    /// - Throws: If a service cannot be made; everything is then as before.
    package func apply(_ plan: Plan) async throws -> PlanChange {
        await turns.take()
        defer { turns.end() }
        guard case .running(let front, _) = state, let loops, let caches else {
            throw HomeportError(.projectStopped, "the project is stopping", fix: "start it again once it has stopped")
        }
        let change = difference(to: plan)
        // A service that is only the default from now on is the same service.
        let old = self.plan
        let kept = services.filter { name, _ in
            guard let before = old.services.first(where: { $0.name == name }),
                let after = plan.services.first(where: { $0.name == name })
            else { return false }
            return before.kind == after.kind && old.directory == plan.directory
        }
        let gone = services.filter { name, _ in kept[name] == nil }
        let (oldGates, oldRules) = (gates, policy.rules)
        try takeAccess(of: plan)
        do { try await claim(for: plan) } catch {
            (gates, policy.rules) = (oldGates, oldRules)
            throw error
        }
        var (made, api, listeners) = (kept, toxiproxy.listener, ownListeners)
        do {
            leaving = Set(gone.values.compactMap { $0.program?.status.port })
            made = try await makeServices(of: plan, keeping: kept, loops: loops, caches: caches)
            if plan.toxiproxy != old.toxiproxy {
                api = try await offerToxiproxy(at: plan.toxiproxy, toxiproxy.responder)
            }
            listeners = try await openOwnListeners(of: plan, made)
            try await applyLinks(of: plan, services: made)
        } catch {
            if api !== toxiproxy.listener { await api?.stop(within: .zero) }
            await close(listeners.filter { ownListeners[$0.key] == nil })
            for (name, service) in made where kept[name] == nil { await service.stop() }
            leaving = []
            (gates, policy.rules) = (oldGates, oldRules)
            try? await claim(for: old)
            throw error
        }
        leaving = []
        if api !== toxiproxy.listener { await toxiproxy.listener?.stop(within: .milliseconds(500)) }
        toxiproxy.listener = api
        let before = ways
        ways = try await makeWays(of: plan, made)
        try await front?.door.change(to: table(of: plan, made))
        services = made
        serviceWays.lead(to: made)
        self.plan = plan
        if plan.tap != old.tap { tap.change(to: plan.tap) }
        await useOwnListeners(listeners, made)
        for way in before.values { await way.letGo() }
        await stopAll(gone, of: old)
        for name in gone.keys where made[name]?.program == nil { programLog.forget(name.text) }
        await restartProgramsElsewhere()
        startPrograms()
        return change
    }

    // MARK: Stop

    /// Lets what runs finish within `grace`, then ends it.
    /// - Returns: How many connections had to be cut off.
    @discardableResult
    package func stop(within grace: TimeAmount) async -> Int {
        await turns.take()
        defer { turns.end() }
        return await shutDown(within: grace)
    }

    @discardableResult
    private func shutDown(within grace: TimeAmount) async -> Int {
        let before = state
        state = .stopped
        // First of all: who comes now is somebody else's, if there is anybody else.
        neighbours?.leave()
        handOver?.close()
        (neighbours, handOver) = (nil, nil)
        await command?.stop()
        await stopAll(services, of: plan)
        services = [:]
        await close(ownListeners)
        ownListeners = [:]
        var cut = 0
        for (_, link) in links { cut += await link.end() }
        links = [:]
        if case .running(let front, let control) = before {
            cut += await front?.listener.stop(within: grace) ?? 0
            await toxiproxy.listener?.stop(within: .milliseconds(500))
            toxiproxy.listener = nil
            await control?.stop(within: .milliseconds(500))
        }
        if let socketPath { UnixSocket.removeStale(at: socketPath) }
        tap.leaveProcesses()
        try? await group?.shutdownGracefully()
        try? await controlGroup?.shutdownGracefully()
        (group, controlGroup) = (nil, nil)
        tap.finish()
        return cut
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
                    options: options,
                    program: try await makeProgram(of: service, plan)
                )
            }
        } catch {
            for (name, service) in services where kept[name] == nil { await service.stop() }
            throw error
        }
        return services
    }
}

extension HomeportError.Code {
    package static let projectStopped = Self("project.stopped", .world)
}
