import HomeportConditions
import HomeportCore
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

/// A network path with conditions: listens, and for each connection or flow goes on to where it leads.
///
/// It is a dialer that wraps another one, too: inside this process it can be gone through without its port.
///
/// Whoever goes through it lives on one event loop, and what a link does is a ``LinkProfile`` that each loop has. A change is a
/// new profile, handed to every loop: it waits for no peer, and is true for whoever is there as for who comes.
package final class Link: Dialer {
    package let name: String
    package let group: String?

    let onWarning: @Sendable (String) -> Void
    private let idle: TimeAmount
    let draws: Draws
    let seed: UInt64
    package let isDatagram: Bool
    let loops: [NIOLoopBound<LinkLoop>]
    let own = Lines()
    let shared: Lines?
    let recording: Recording?
    private let decisions: DecisionLog?
    private let observing: (any PassageObserving)?
    let http: HTTPFaults
    let numbers = Atomic<UInt64>(0)
    let loopGroup: any EventLoopGroup
    let listening: Mutex<Listening>
    let state: Mutex<LinkState>

    /// How many flows one loop has at most; further clients' datagrams are dropped, each counted as one that failed.
    private static let mostFlows = 4096

    // MARK: Start

    /// - Parameters:
    ///   - shared: The lines of its group; nil where it has none.
    ///   - isOpen: Whether it listens; ``open()`` makes it so later.
    ///   - observing: Told of what comes by its own sockets.
    ///   - onWarning: Told what a person should know.
    /// - Throws: ``HomeportError`` when it cannot listen.
    package static func start(
        _ plan: LinkPlan,
        to target: LinkTarget,
        shared: Lines?,
        group: any EventLoopGroup,
        isOpen: Bool = true,
        decisions: DecisionLog? = nil,
        observing: (any PassageObserving)? = nil,
        onWarning: @escaping @Sendable (String) -> Void
    ) async throws -> Link {
        let link = try await Link(plan, target, shared, group, decisions, observing, onWarning)
        if isOpen { try await link.open() }
        return link
    }

    private init(
        _ plan: LinkPlan,
        _ target: LinkTarget,
        _ shared: Lines?,
        _ group: any EventLoopGroup,
        _ decisions: DecisionLog?,
        _ observing: (any PassageObserving)?,
        _ onWarning: @escaping @Sendable (String) -> Void
    ) async throws {
        name = plan.name
        recording = plan.recording
        (self.decisions, self.observing) = (decisions, observing)
        self.group = plan.group
        self.loopGroup = group
        self.onWarning = onWarning
        self.shared = shared
        isDatagram = plan.isDatagram
        idle = .nanoseconds(plan.idle.wholeNanoseconds)
        listening = Mutex(Listening(place: plan.isFromDoor ? nil : plan.listen ?? .loopbacks(nil)))
        let nameKey = LinkProfile.key(plan.name)
        let seed = plan.seed ?? nameKey
        self.seed = seed
        let draws = Draws(seed: seed, nameKey)
        self.draws = draws
        let settings = try plan.settings()
        http = HTTPFaults(
            settings.http,
            link: plan.name,
            draws: draws.of(LinkProfile.key("http")),
            script: plan.recording?.requests ?? [:],
            log: decisions
        )
        let profile = LinkProfile(
            settings.words,
            isCut: false,
            own: own,
            group: shared,
            draws: draws,
            recording: plan.recording,
            now: Self.now
        )
        var state = LinkState(target: target, base: settings, planned: settings, settings: settings)
        state.note(profile)
        state.lease(now: .now()) { _ in true }
        self.state = Mutex(state)
        var loops: [NIOLoopBound<LinkLoop>] = []
        for loop in group.makeIterator() {
            loops.append(
                try await loop.submit { NIOLoopBound(LinkLoop(profile, on: loop), eventLoop: loop) }.get()
            )
        }
        self.loops = loops
        arm()
        decisions?.begin(name, target: target.text, seed: seed, transport: isDatagram ? "udp" : "tcp")
    }

    private func log(of connection: UInt64) -> (LinkProfile.Direction) -> LaneLog? {
        { [decisions, name] direction in decisions.map { LaneLog($0, link: name, connection: connection, direction) } }
    }

    /// What it does now.
    package var settings: LinkSettings { state.withLock(\.settings) }

    /// Where it leads, as text.
    package var targetText: String { state.withLock(\.target.text) }

    static var now: Instant { NIODeadline.now().uptimeNanoseconds }

    func loop(of loop: any EventLoop) -> LinkLoop {
        for bound in loops where bound.eventLoop === loop { return bound.value }
        preconditionFailure("the loop belongs to another group")
    }

    // MARK: Connections and flows

    /// A connection that has come to where it listens. On its loop.
    func accept(_ channel: any Channel) throws {
        let peer = Peer(of: channel)
        try accept(channel, asked: peer) { relay in
            let observer = observing?.began(
                name,
                peer,
                isDatagram: false,
                on: channel.eventLoop,
                relay.watched(as: name)
            )
            switch admission(of: peer) {
            case .open: break
            case .admitted(let who): observer?.admitted("allowed: \(who)")
            case .refused(let why):
                observer?.refused("refused: \(why)")
                Abort.arm(channel)
                return false
            }
            if let observer { relay.observe(observer) }
            return true
        }
    }

    private func admission(of peer: Peer) -> Admission {
        guard case .stream(_, _, let admission?) = state.withLock(\.target) else { return .open }
        return admission(peer)
    }

    /// - Parameter prepare: Says whether the connection goes on.
    private func accept(_ channel: any Channel, asked peer: Peer?, _ prepare: (Relay) -> Bool) throws {
        guard case .stream(var dialer, _, _) = state.withLock(\.target) else { throw ChannelError.operationUnsupported }
        if let peer { dialer = dialer.asked(by: peer) }
        let number = numbers.add(1, ordering: .relaxed).newValue
        let port = channel.remoteAddress?.port.map { UInt16(truncatingIfNeeded: $0) }
        let facts = ConnectionFacts(number: number, clientPort: port)
        let relay = Relay(facts, on: loop(of: channel.eventLoop), draws: draws.of(number), log: log(of: number))
        guard prepare(relay) else { return channel.close(promise: nil) }
        let faulty = http.isEmpty ? dialer : HTTPFaultDialer(base: dialer, faults: http, connection: number)
        try relay.start(channel, faulty) { [self] error in dialled(error) }
    }

    // MARK: Without a port

    /// How long somebody inside this process tries to connect to where nobody answers.
    private static let patience = TimeAmount.seconds(10)

    /// Leads through this link to where it leads: for who dials from inside this process.
    package func dial(
        on loop: any EventLoop,
        initialize: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        let connect = state.withLock(\.settings.connect)
        guard isOpen, connect != .refuse else {
            return loop.makeFailedFuture(IOError(errnoCode: ECONNREFUSED, reason: "connect"))
        }
        if connect == .unreachable {
            let patience = Self.patience
            return loop.scheduleTask(in: patience) { throw ChannelError.connectTimeout(patience) }.futureResult
        }
        let watch = NIOLoopBoundBox<PassageWatch?>(nil, eventLoop: loop)
        return StreamPair.connect(on: loop, near: initialize) { [self] far in
            try accept(far, asked: nil) { relay in
                watch.value = relay.watched(as: name)
                return true
            }
        }
        .flatMapThrowing { near in
            if let watch = watch.value { try near.pipeline.syncOperations.addHandler(ConditionProbe(watch)) }
            return near
        }
    }

    func open(_ client: SocketAddress, _ channel: any Channel, _ loop: LinkLoop, _ onEnd: @escaping () -> Void)
        -> Flow?
    {
        guard case .datagram(let place) = state.withLock(\.target) else { return nil }
        guard loop.count < Self.mostFlows else {
            loop.fail()
            if state.withLock({ $0.crowding.isNews() }) {
                onWarning(
                    "\(name): \(Self.mostFlows) clients are there on one event loop: others' datagrams are dropped"
                )
            }
            return nil
        }
        let number = numbers.add(1, ordering: .relaxed).newValue
        let flow = Flow(
            from: client,
            by: channel,
            on: loop,
            number: number,
            draws: draws.of(number),
            log: log(of: number),
            idle: idle,
            onEnd: onEnd
        )
        let watch = PassageWatch(name, flow, on: loop)
        let peer = Peer(local: channel.localAddress, remote: client)
        if let observer = observing?.began(name, peer, isDatagram: true, on: loop.loop, watch) {
            flow.observe(observer, watch)
        }
        flow.start(to: place) { [self] error in dialled(error) }
        return flow
    }

    /// A client that tries and tries should not fill the screen.
    private func dialled(_ error: (any Error)?) {
        // Stopping ends what was being dialled, too.
        guard let error, isOpen else { return }
        let (news, target) = state.withLock { state in
            state.lastFailure = DialFailure.text(error)
            return (state.trouble.isNews(), state.target.text)
        }
        if news { onWarning("\(name): nobody could be reached at \(target): \(DialFailure.text(error))") }
    }
}
