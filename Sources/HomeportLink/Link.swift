import HomeportConditions
package import HomeportCore
import HomeportNet
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
    /// The machine has no `::1`, so that `127.0.0.1` is all there is.
    package let isIPv6Missing: Bool

    let onWarning: @Sendable (String) -> Void
    private let idle: TimeAmount
    let draws: Draws
    let seed: UInt64
    let isDatagram: Bool
    let loops: [NIOLoopBound<LinkLoop>]
    let own = Lines()
    let shared: Lines?
    private let numbers = Atomic<UInt64>(0)
    let ends = Mutex<Ends?>(nil)
    let state: Mutex<LinkState>

    enum Ends {
        case streams(Listener)
        case datagrams([any Channel])
    }

    /// How many flows one loop has at most; further clients' datagrams are dropped, each counted as one that failed.
    private static let mostFlows = 4096

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
        // Each takes two descriptors.
        let listener = try await Listener.start(
            sockets,
            group: group,
            limit: ConnectionLimit.connections / 2,
            connect: { try link.accept($0) },
            onRefusal: { onWarning("\(link.name): \($0)") }
        )
        link.ends.withLock { $0 = .streams(listener) }
        do { try await link.turn() } catch {
            await link.stop(within: .zero)
            throw error
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
        if case .loopbacks = plan.listen ?? .loopbacks(nil) {
            isIPv6Missing = places.count == 1
        } else {
            isIPv6Missing = false
        }
        self.onWarning = onWarning
        self.shared = shared
        isDatagram = plan.isDatagram
        idle = .nanoseconds(plan.idle.wholeNanoseconds)
        let nameKey = LinkProfile.key(plan.name)
        let seed = plan.seed ?? nameKey
        self.seed = seed
        let draws = Draws(seed: seed, nameKey)
        self.draws = draws
        let settings = try plan.settings()
        let profile = LinkProfile(settings.words, isCut: false, own: own, group: shared, draws: draws, now: Self.now)
        var state = LinkState(target: target, base: settings, planned: settings, settings: settings)
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

    static var now: Instant { NIODeadline.now().uptimeNanoseconds }

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

    /// A client that tries and tries should not fill the screen.
    private func dialled(_ error: (any Error)?) {
        guard let error else { return }
        let (news, target) = state.withLock { state in
            state.lastFailure = DialFailure.text(error)
            return (state.trouble.isNews(), state.target.text)
        }
        if news { onWarning("\(name): nobody could be reached at \(target): \(DialFailure.text(error))") }
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
