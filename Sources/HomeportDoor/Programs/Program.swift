package import HomeportCore
package import HomeportNet
package import NIOCore
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A program that runs for a service: started, watched, started again, stopped.
///
/// Its tasks are unstructured: a run outlives the call that began it, and ends when its keeper tells so, not when somebody
/// returns. Each belongs to one run by its number and does nothing for a later one; the reports of a keeper come in their order
/// through one stream.
package actor Program {
    /// What it is run with, beside its plan.
    package struct Surroundings: Sendable {
        /// Where it begins. Absolute.
        package var directory: String
        package var port: Port
        /// Whether it has this process's standard input, output and errors, instead of the log.
        package var inheritsStandard = false
        /// Whether the terminal among them is its own.
        package var hasTerminal = false
        /// Whether it is told when it has ended of its own.
        package var tellsEnd = true
        package var loop: any EventLoop
        package var log: ProgramLog
        /// Told each line of its output.
        package var onLine: @Sendable (String) -> Void = { _ in }
        /// Whether lines can be taken now.
        package var hasRoom: @Sendable () -> Bool = { true }
        package var onWarning: @Sendable (String) -> Void

        package init(
            directory: String,
            port: Port,
            loop: any EventLoop,
            log: ProgramLog,
            onWarning: @escaping @Sendable (String) -> Void
        ) {
            self.directory = directory
            self.port = port
            self.loop = loop
            self.log = log
            self.onWarning = onWarning
        }
    }

    package nonisolated let name: ServiceName
    package nonisolated let plan: ProgramPlan
    nonisolated let surroundings: Surroundings

    var supervision: Supervision
    var kept: KeptProcess?
    package private(set) var environment: [String] = []
    private(set) var run = 0
    private var watch: Task<Void, Never>?
    private var pause: Task<Void, Never>?
    private var placeholder: PortPlaceholder?
    /// Listen as long as this lives, so that who comes while it restarts waits.
    private(set) var handed: [CInt] = []
    /// Answers at the port that it was told, where it listens on another.
    var relay: Listener?
    /// Of one that is offline: what it can reach, what listens for that in its network, and the network.
    var reach: [WayOut] = []
    var passages: [Listener] = []
    nonisolated let network = Mutex<OfflineNetwork?>(nil)
    private var whyNotOffline: String?
    var hasToldPlace = false
    private var pid: Int32?
    var isLate = false
    var lastLook = ContinuousClock.now - .seconds(1)
    private let changes = Changes()
    let snapshot = Mutex(ProgramStatus())

    /// - Parameter placeholder: Holds its port until it is started.
    package init(
        _ name: ServiceName,
        _ plan: ProgramPlan,
        _ surroundings: Surroundings,
        holding placeholder: PortPlaceholder?
    ) {
        self.name = name
        self.plan = plan
        self.surroundings = surroundings
        self.placeholder = placeholder
        supervision = Supervision(plan.restart)
        snapshot.withLock { $0.port = surroundings.port }
    }

    package nonisolated var status: ProgramStatus { snapshot.withLock { $0 } }

    // MARK: Start and stop

    /// - Parameters:
    ///   - environment: `NAME=value`, complete. The same each time that it is started again.
    ///   - ways: What it can reach, if it is offline.
    package func start(with environment: [String], reaching ways: [WayOut] = []) async {
        (self.environment, reach) = (environment, ways)
        guard supervision.phase == .waiting else { return }
        await launch()
    }

    /// Ends it and starts it once more.
    package func restart(with environment: [String], reaching ways: [WayOut] = []) async {
        (self.environment, reach) = (environment, ways)
        // Stopped is stopped: it is no longer part of anything.
        guard supervision.phase != .stopped else { return }
        supervision.ask(again: true)
        pause?.cancel()
        guard supervision.isAlive else { return await launch() }
        await end()
    }

    /// Returns when nothing of it is left.
    package func stop() async {
        supervision.ask(again: false)
        pause?.cancel()
        if supervision.isAlive { await end() }
        watch?.cancel()
        tellChange()
        for socket in handed { _ = Descriptor(owning: socket) }
        handed = []
        placeholder = nil
    }

    /// TERM, then KILL, for all of it.
    private func end() async {
        let run = run
        kept?.order(.terminate)
        guard await isOver(run, within: plan.grace) else {
            surroundings.onWarning("\(name) did not end within \(plan.grace.text), and was killed")
            kept?.order(.kill)
            _ = await isOver(run, within: .seconds(10))
            return
        }
    }

    private func isOver(_ run: Int, within time: Duration) async -> Bool {
        let deadline = ContinuousClock.now + time
        while self.run == run, supervision.isAlive {
            let left = deadline - .now
            guard left > .zero else { return false }
            await change(within: left)
        }
        return true
    }

    private func launch() async {
        guard supervision.phase != .stopped, !supervision.isAlive else { return }
        run += 1
        let run = run
        supervision.launched(at: Self.uptime)
        (pid, isLate, hasToldPlace) = (nil, false, false)
        snapshot.withLock { $0.place = nil }
        placeholder = nil
        tellChange()
        let (stream, tell) = AsyncStream.makeStream(of: KeeperReport.self)
        let sign = Mutex(plan.readiness.sign)
        do {
            if plan.isHandedSockets, handed.isEmpty {
                handed = try ListeningSockets.open(.loopbacks(surroundings.port)).release()
                // As systemd hands them over.
                for socket in handed { Descriptor.setBlocking(socket) }
            }
            let start = KeptProcess.Start(
                command: plan.words,
                environment: environment,
                directory: surroundings.directory,
                inheritsStandard: surroundings.inheritsStandard,
                hasTerminal: surroundings.hasTerminal,
                listening: handed,
                offline: plan.isOffline ? reach.map(\.port).filter { $0 != surroundings.port } : nil
            )
            let (log, name, onLine) = (surroundings.log, name.text, surroundings.onLine)
            let kept = try await KeptProcess.start(start, on: surroundings.loop, hasRoom: surroundings.hasRoom) {
                event in
                switch event {
                case .report(let report):
                    tell.yield(report)
                    if report == .gone { tell.finish() }
                case .line(let line):
                    log.add(line, by: name)
                    onLine(line)
                    let isIt = sign.withLock { sign in
                        guard case .log(let text) = sign, line.contains(text) else { return false }
                        sign = .started
                        return true
                    }
                    if isIt { Task { await self.becomeReady(run) } }
                }
            }
            self.kept = kept
            if let offline = kept.offline { await join(offline) }
        } catch { return await couldNotStart(error) }
        // Somebody may have thought better of it meanwhile.
        if supervision.isEnding { kept?.order(.terminate) }
        Task { for await report in stream { await self.heard(report, run) } }
        watch = Task { await self.observe(run) }
    }

    /// Asynchronous, so that it begins on the actor: what catches the error of an asynchronous call was found not to be there again in
    /// optimised builds (Swift 6.3.1).
    private func couldNotStart(_ error: any Error) async {
        if let error = error as? OfflineFailure {
            supervision.failed(error.errno)
            whyNotOffline =
                "this system gives it no network of its own (\(SystemFailure.text(error.errno))): it takes root, or user namespaces"
        } else {
            surroundings.onWarning(
                "\(name) cannot be started: \(error as? HomeportError ?? HomeportError(.programStart, DialFailure.text(error)))"
            )
            // A moment without descriptors passes; what the system says of a program itself comes from the keeper.
            hold()
        }
        again(after: supervision.gone(at: Self.uptime))
        tellChange()
    }

    private func heard(_ report: KeeperReport, _ run: Int) async {
        guard run == self.run else { return }
        switch report {
        case .started(let pid):
            self.pid = pid
            if plan.readiness.sign == .started { supervision.becameReady() }
        case .failed(let errno):
            supervision.failed(errno)
            surroundings.onWarning("\(name) cannot be started: \(whyNot(errno))")
        case .exited(let exit):
            pid = nil
            if supervision.exited(exit) { Task { await self.endRest(run) } }
        case .suspended:
            // The whole process waits here until somebody lets it go on.
            kill(0, SIGSTOP)
            kept?.order(.resume)
        case .gone:
            watch?.cancel()
            // Its last words come first.
            await kept?.drain(within: .seconds(1))
            kept = nil
            pid = nil
            snapshot.withLock { $0.place = nil }
            await relay?.stop(within: .zero)
            relay = nil
            for passage in passages { await passage.stop(within: .zero) }
            passages = []
            network.withLock { $0 = nil }
            hold()
            again(after: supervision.gone(at: Self.uptime))
        }
        tellChange()
    }

    /// What a program that failed has left behind ends like it, before it is started again.
    private func endRest(_ run: Int) async {
        guard run == self.run, supervision.isAlive else { return }
        await end()
    }

    nonisolated func whyNot(_ errno: Int32) -> String {
        var facts = stat()
        if stat(surroundings.directory, &facts) != 0 {
            return "there is no folder \(surroundings.directory)"
        }
        let program = plan.words[0]
        return errno == ENOENT ? "there is no program \(program)" : "\(program): \(SystemFailure.text(errno))"
    }

    private func hold() {
        guard handed.isEmpty, placeholder == nil else { return }
        placeholder = try? PortPlaceholder(surroundings.port)
    }

    private func again(after time: Duration?) {
        guard let time else {
            if let exit = supervision.exit, supervision.phase == .ended, supervision.failure == nil, !exit.isSuccess,
                surroundings.tellsEnd
            {
                surroundings.onWarning("\(name) \(exit), and is not started again")
            }
            return
        }
        if let exit = supervision.exit, time > .zero {
            surroundings.onWarning("\(name) \(exit); it is started again in \(time.text)")
        }
        let run = run
        pause = Task {
            try? await Task.sleep(for: time)
            guard !Task.isCancelled else { return }
            await self.relaunch(run)
        }
    }

    private func relaunch(_ run: Int) async {
        guard run == self.run, supervision.phase == .backingOff else { return }
        await launch()
    }

    // MARK: Change

    func tellChange() {
        snapshot.withLock { status in
            status.state =
                switch supervision.phase {
                case .waiting: .waiting
                case .starting: .starting
                case .ready: .ready
                case .backingOff: .backingOff
                case .ended: supervision.failure == nil ? .exited : .failed
                case .stopped: .stopped
                }
            status.pid = pid
            (status.exit, status.failure) = (supervision.exit, supervision.failure)
            status.trouble =
                whyNotOffline ?? supervision.failure.map(whyNot)
                ?? (isLate && supervision.phase == .starting
                    ? "not ready after \(plan.readiness.within.text): \(whyLate(status))" : nil)
            status.restarts = supervision.restarts
        }
        changes.tell()
    }

    func change(within time: Duration) async {
        // Read without a pause after the caller has looked: none in between is missed.
        await changes.wait(after: changes.number, within: time)
    }

    private static var uptime: Duration { .nanoseconds(Int64(clamping: NIODeadline.now().uptimeNanoseconds)) }
}

extension HomeportError.Code {
    package static let programStart = Self("program.start", .world)
}
