import HomeportConditions
package import HomeportCore
package import HomeportNet
package import NIOCore
import Synchronization

/// A network path with conditions: listens, and for each connection or flow goes on to where it leads.
///
/// It is a dialer that wraps another one, too: inside this process it can be gone through without its port.
///
/// Whoever goes through it lives on one event loop, and what a link does is a ``LinkProfile`` that each loop has. A change is a
/// new profile, handed to every loop: it waits for no peer, and is true for whoever is there as for who comes.
package final class Link: Dialer {
    package let name: String
    package let group: String?
    package let places: [Endpoint.Place]

    private let onWarning: @Sendable (String) -> Void
    private let idle: TimeAmount
    private let draws: Draws
    private let seed: UInt64
    private let isDatagram: Bool
    private let loops: [NIOLoopBound<LinkLoop>]
    private let own = Lines()
    private let shared: Lines?
    private let numbers = Atomic<UInt64>(0)
    private let ends = Mutex<Ends?>(nil)
    private let state: Mutex<State>

    /// Something that was said while it runs.
    private struct TimedEdit {
        let number: UInt64
        let edit: LinkEdit
        /// Nil for good.
        let until: NIODeadline?
    }

    private enum Ends {
        case streams(Listener)
        case datagrams([any Channel])
    }

    private struct State {
        var target: LinkTarget
        /// What it does when no edit acts any more, and what was said since, in order.
        var base: LinkSettings
        /// What the plan says.
        var planned: LinkSettings
        var edits: [TimedEdit] = []
        var editCount: UInt64 = 0
        var settings: LinkSettings
        /// Whether somebody has said something since the plan did.
        var isEdited = false
        var lastFailure: String?
        /// The keys of the present conditions, in order.
        var order: (up: [UInt64], down: [UInt64]) = ([], [])
        var isCut = false
        var cutUntil: NIODeadline?
        /// Tells timers of what is no longer so from those of what is.
        var generation: UInt64 = 0
        var isWarned = false
        /// Words of the keys that loops count by, of all there ever were.
        var names: [UInt64: String] = [:]

        /// Applies what acts now. An edit that no longer makes sense without one that is over is left out.
        mutating func settle(now: NIODeadline, isDatagram: Bool) {
            edits.removeAll { $0.until.map { $0 <= now } ?? false }
            while let first = edits.first, first.until == nil {
                base = (try? first.edit.applied(to: base, isDatagram: isDatagram)) ?? base
                edits.removeFirst()
            }
            settings = edits.reduce(base) { (try? $1.edit.applied(to: $0, isDatagram: isDatagram)) ?? $0 }
        }

        mutating func note(_ profile: LinkProfile) {
            order = (profile.up.stages.map(\.key), profile.down.stages.map(\.key))
            if names.count > 10_000 { names = [:] }
            for stage in profile.up.stages + profile.down.stages { names[stage.key] = stage.word }
        }
    }

    /// How many flows one link has at most; further clients' datagrams are dropped and counted.
    private static let mostFlows = 4096
    /// How many edits may wait for their end.
    private static let mostEdits = 1000

    // MARK: Start

    /// - Parameters:
    ///   - shared: The lines of its group; nil where it has none.
    ///   - onWarning: Told what a person should know.
    /// - Throws: ``HomeportError`` when it cannot listen.
    package static func start(
        _ plan: LinkPlan,
        to target: LinkTarget,
        shared: Lines?,
        group: any EventLoopGroup,
        onWarning: @escaping @Sendable (String) -> Void
    ) async throws -> Link {
        do { return try await listening(plan, target, shared, group, onWarning) } catch var error as HomeportError {
            error.subject = error.subject.map { "\($0), where \(plan.name) is to listen" } ?? plan.name
            error.fix = error.fix?.replacing("another port with --port N", with: "another port to listen on")
            throw error
        }
    }

    private static func listening(
        _ plan: LinkPlan,
        _ target: LinkTarget,
        _ shared: Lines?,
        _ group: any EventLoopGroup,
        _ onWarning: @escaping @Sendable (String) -> Void
    ) async throws -> Link {
        let place = plan.listen ?? .loopbacks(nil)
        if plan.isDatagram {
            let sockets = try DatagramSockets.open(place)
            let link = try await Link(plan, target, shared, sockets.places, group, onWarning)
            try await link.serve(sockets, group)
            return link
        }
        let sockets = try ListeningSockets.open(place)
        let link = try await Link(plan, target, shared, sockets.places, group, onWarning)
        let listener = try await Listener.start(
            sockets,
            group: group,
            connect: { try link.accept($0) },
            onRefusal: { onWarning("\(link.name): \($0)") }
        )
        link.ends.withLock { $0 = .streams(listener) }
        if let connect = plan.edit.connect, connect != .accept {
            do { try await listener.turn(to: { connect }) } catch {
                await link.stop(within: .zero)
                throw error
            }
            link.state.withLock { state in
                for path in [\State.base, \State.planned, \State.settings] { state[keyPath: path].connect = connect }
            }
        }
        return link
    }

    private init(
        _ plan: LinkPlan,
        _ target: LinkTarget,
        _ shared: Lines?,
        _ places: [Endpoint.Place],
        _ group: any EventLoopGroup,
        _ onWarning: @escaping @Sendable (String) -> Void
    ) async throws {
        name = plan.name
        self.group = plan.group
        self.places = places
        self.onWarning = onWarning
        self.shared = shared
        isDatagram = plan.isDatagram
        idle = .nanoseconds(plan.idle.wholeNanoseconds)
        let nameKey = LinkProfile.key(plan.name)
        let seed = plan.seed ?? nameKey
        self.seed = seed
        let draws = Draws(seed: seed, nameKey)
        self.draws = draws
        let words = try plan.words()
        let profile = LinkProfile(words, isCut: false, own: own, group: shared, draws: draws, now: Self.now)
        let settings = LinkSettings(words: words)
        var state = State(target: target, base: settings, planned: settings, settings: settings)
        state.note(profile)
        self.state = Mutex(state)
        var loops: [NIOLoopBound<LinkLoop>] = []
        for loop in group.makeIterator() {
            loops.append(
                try await loop.submit { NIOLoopBound(LinkLoop(profile, on: loop), eventLoop: loop) }.get()
            )
        }
        self.loops = loops
    }

    private static var now: Instant { NIODeadline.now().uptimeNanoseconds }

    private func loop(of loop: any EventLoop) -> LinkLoop {
        for bound in loops where bound.eventLoop === loop { return bound.value }
        preconditionFailure("the loop belongs to another group")
    }

    // MARK: Connections and flows

    /// On the connection's loop.
    private func accept(_ channel: any Channel) throws {
        guard case .stream(let dialer, _) = state.withLock(\.target) else { throw ChannelError.operationUnsupported }
        let number = numbers.add(1, ordering: .relaxed).newValue
        let relay = Relay(on: loop(of: channel.eventLoop), draws: draws.of(number))
        try relay.start(channel, dialer) { [self] error in dialled(error) }
    }

    // MARK: Without a port

    /// Leads through this link to where it leads: for who dials from inside this process.
    package func dial(
        on loop: any EventLoop,
        initialize: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        StreamPair.connect(on: loop, near: initialize) { [self] in try accept($0) }
    }

    private func serve(_ sockets: consuming DatagramSockets, _ group: any EventLoopGroup) async throws {
        let channels = try await DatagramChannels.serve(sockets, group: group) { [self] channel in
            let loop = loop(of: channel.eventLoop)
            try channel.pipeline.syncOperations.addHandler(
                FlowsHandler { [self] client, channel, onEnd in
                    open(client, channel, loop, onEnd)
                }
            )
        }
        ends.withLock { $0 = .datagrams(channels) }
    }

    private func open(_ client: SocketAddress, _ channel: any Channel, _ loop: LinkLoop, _ onEnd: @escaping () -> Void)
        -> Flow?
    {
        guard case .datagram(let place) = state.withLock(\.target) else { return nil }
        guard loop.count < Self.mostFlows else {
            loop.fail()
            return nil
        }
        let number = numbers.add(1, ordering: .relaxed).newValue
        let flow = Flow(from: client, by: channel, on: loop, draws: draws.of(number), idle: idle, onEnd: onEnd)
        flow.start(to: place) { [self] error in dialled(error) }
        return flow
    }

    /// Once until it works again: a client that tries and tries should not fill the screen.
    private func dialled(_ error: (any Error)?) {
        guard let error else { return state.withLock { $0.isWarned = false } }
        let (news, target) = state.withLock { state in
            defer { state.isWarned = true }
            state.lastFailure = DialFailure.text(error)
            return (!state.isWarned, state.target.text)
        }
        if news { onWarning("\(name): nobody could be reached at \(target): \(DialFailure.text(error))") }
    }

    // MARK: Change

    /// Other conditions from now on, for who is there as for who comes.
    /// - Parameter time: After which what is said here no longer acts; nil is for good.
    /// - Throws: ``HomeportError`` if the words do not go together; nothing has changed then.
    package func set(_ edit: LinkEdit, for time: Duration? = nil) async throws {
        let until = time.map { NIODeadline.now() + .nanoseconds($0.wholeNanoseconds) }
        let next = try state.withLock { state throws(HomeportError) in
            guard state.edits.count < Self.mostEdits else {
                throw HomeportError(.badValue, "\(Self.mostEdits) changes wait for their end already", where: name)
            }
            return try edit.applied(to: state.settings, isDatagram: isDatagram)
        }
        guard next.connect == .accept || canRefuse else { throw cannotRefuse }
        let number = state.withLock { state in
            state.editCount += 1
            state.edits.append(TimedEdit(number: state.editCount, edit: edit, until: until))
            state.isEdited = true
            state.settle(now: .now(), isDatagram: isDatagram)
            publish(&state)
            return state.editCount
        }
        do { try await turn() } catch {
            state.withLock { state in
                state.edits.removeAll { $0.number == number }
                state.settle(now: .now(), isDatagram: isDatagram)
                publish(&state)
            }
            throw error
        }
        if time != nil { arm() }
        try await settle()
    }

    private var canRefuse: Bool {
        !isDatagram && !places.contains { if case .unix = $0 { true } else { false } }
    }

    private var cannotRefuse: HomeportError {
        HomeportError(
            .badValue,
            "only a link that listens on a TCP port can refuse connections, or leave them unanswered",
            where: name,
            fix: "use blackhole or stall"
        )
    }

    /// Nothing gets through, either way, until ``heal()``; nothing is lost.
    package func cut(for time: Duration? = nil) async throws {
        state.withLock { state in
            state.isCut = true
            state.cutUntil = time.map { .now() + .nanoseconds($0.wholeNanoseconds) }
            publish(&state)
        }
        if time != nil { arm() }
        try await settle()
    }

    package func heal() async throws {
        state.withLock { state in
            state.isCut = false
            state.cutUntil = nil
            publish(&state)
        }
        try await settle()
    }

    /// A plan's new word on what it does and where it leads. Connections that are there stay where they are.
    /// - Parameter plan: nil leaves what it does as it is.
    package func become(_ plan: LinkPlan?, to target: LinkTarget) async throws {
        guard let plan else { return state.withLock { $0.target = target } }
        let settings = LinkSettings(words: try plan.words(), connect: plan.edit.connect ?? .accept)
        guard settings.connect == .accept || canRefuse else { throw cannotRefuse }
        state.withLock { state in
            state.target = target
            (state.base, state.planned, state.settings) = (settings, settings, settings)
            (state.edits, state.isEdited) = ([], false)
            (state.isCut, state.cutUntil) = (false, nil)
            publish(&state)
        }
        try await turn()
        try await settle()
    }

    /// Whether it takes part in its group's line.
    package var sharesLine: Bool {
        state.withLock { ($0.settings.words.up + $0.settings.words.down).contains { $0[.ratePer] == .group } }
    }

    /// Makes true for who connects what is said now.
    private func turn() async throws {
        guard case .streams(let listener) = ends.withLock({ $0 }) else { return }
        try await listener.turn(to: { [self] in state.withLock(\.settings.connect) })
    }

    /// Returns when every loop has done what was asked of it before: what comes from then on meets the change.
    private func settle() async throws { for loop in loops { try await loop.eventLoop.submit {}.get() } }

    /// Under the lock, so that every loop sees changes in one order; the loops do their part later.
    private func publish(_ state: inout State) {
        let profile = LinkProfile(
            state.settings.words,
            isCut: state.isCut,
            own: own,
            group: shared,
            draws: draws,
            now: Self.now
        )
        state.note(profile)
        for loop in loops { loop.eventLoop.execute { loop.value.become(profile) } }
    }

    private func arm() {
        let (generation, next) = state.withLock { state in
            state.generation += 1
            return (state.generation, (state.edits.compactMap(\.until) + [state.cutUntil].compactMap { $0 }).min())
        }
        guard let next, let loop = loops.first?.eventLoop else { return }
        loop.scheduleTask(deadline: next) { [weak self] in self?.expire(generation) }
    }

    private func expire(_ generation: UInt64) {
        let isMine = state.withLock { state in
            guard state.generation == generation else { return false }
            let now = NIODeadline.now()
            if let until = state.cutUntil, until <= now { (state.isCut, state.cutUntil) = (false, nil) }
            state.settle(now: now, isDatagram: isDatagram)
            if state.edits.isEmpty, state.base == state.planned { state.isEdited = false }
            publish(&state)
            return true
        }
        guard isMine, let loop = loops.first?.eventLoop else { return }
        loop.makeFutureWithTask { [self] in try await turn() }.whenFailure { [self] in onWarning("\(name): \($0)") }
        arm()
    }

    // MARK: Facts

    /// Whether it does something else than its plan says, or is cut.
    package var isEdited: Bool { state.withLock { $0.isEdited || $0.isCut } }

    package var port: Port? { places.first.flatMap { Endpoint($0).port } }

    package var status: LinkStatus {
        get async throws {
            var counts = LinkCounts()
            for loop in loops { counts += try await loop.eventLoop.submit { loop.value.harvest() }.get() }
            let now = NIODeadline.now()
            return state.withLock { state in
                func way(_ words: [ConditionWords], _ counts: LinkCounts.Way, _ order: [UInt64]) -> LinkStatus.Way {
                    LinkStatus.Way(
                        conditions: words,
                        bytes: counts.bytes,
                        effects: LinkStatus.effects(counts.effects, state.names, order, isDatagram: isDatagram)
                    )
                }
                return LinkStatus(
                    name: name,
                    group: group,
                    transport: isDatagram ? "udp" : "tcp",
                    addresses: places.map { Endpoint($0, scheme: isDatagram ? .udp : nil).description },
                    target: state.target.text,
                    connect: state.settings.connect,
                    isCut: state.isCut,
                    cutFor: state.cutUntil.map { Double(max(0, ($0 - now).nanoseconds)) / 1e9 },
                    setFor: state.edits.compactMap(\.until).max().map { Double(max(0, ($0 - now).nanoseconds)) / 1e9 },
                    isEdited: state.isEdited,
                    seed: seed,
                    open: counts.open,
                    opened: counts.opened,
                    failed: counts.failed,
                    lastFailure: state.lastFailure,
                    overflowed: counts.overflowed,
                    up: way(state.settings.words.up, counts.up, state.order.up),
                    down: way(state.settings.words.down, counts.down, state.order.down)
                )
            }
        }
    }

    // MARK: Stop

    /// Nobody comes any more; who is there has `grace` to finish.
    /// - Returns: How many had to be cut off.
    @discardableResult
    package func stop(within grace: TimeAmount) async -> Int {
        let ends = ends.withLock { ends in
            defer { ends = nil }
            return ends
        }
        var cut = 0
        switch ends {
        case .streams(let listener): cut = await listener.stop(within: grace)
        case .datagrams(let channels): for channel in channels { try? await channel.close() }
        case nil: break
        }
        // What waits for its delay, or in a stall, would keep its connection upstream open.
        for loop in loops { try? await loop.eventLoop.submit { loop.value.endAll() }.get() }
        for place in places { if case .unix(let path) = place { UnixSocket.removeStale(at: path) } }
        return cut
    }
}

/// Where a link leads.
package enum LinkTarget: Sendable {
    case stream(any Dialer, text: String)
    case datagram(Endpoint.Place)

    var text: String {
        switch self {
        case .stream(_, let text): text
        case .datagram(let place): Endpoint(place, scheme: .udp).description
        }
    }
}
