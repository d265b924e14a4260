import HomeportConditions
import HomeportNet
import NIOCore

/// A TCP connection, or one over a unix socket, through a link: two ends on one loop.
final class Relay: Passage {
    private let client: RelayHandler
    private let upstream: RelayHandler
    private let loop: LinkLoop
    private var connection: ConnectionFacts
    /// Ends that are not released; the upstream's counts from when it is dialled.
    private var endsLeft = 1
    private var counted: (up: RelayHandler.Passed, down: RelayHandler.Passed) = (.init(), .init())
    private var clientChannel: (any Channel)?
    private var upstreamChannel: (any Channel)?
    private var watch: PassageWatch?
    private var observer: (any PassageObserver)?

    /// - Parameters:
    ///   - draws: The connection's own.
    init(
        _ connection: ConnectionFacts,
        on loop: LinkLoop,
        draws: Draws,
        log: (LinkProfile.Direction) -> LaneLog?
    ) {
        self.loop = loop
        self.connection = connection
        func end(_ way: LinkProfile.Way, _ draws: Draws, _ direction: LinkProfile.Direction) -> RelayHandler {
            let lane = RelayLane(
                way,
                for: connection,
                draws: draws,
                log: log(direction),
                opened: loop.loop.now.uptimeNanoseconds
            )
            return RelayHandler(lane, on: loop.loop, loop.habit)
        }
        client = end(loop.profile.up, draws.of(0), .up)
        upstream = end(loop.profile.down, draws.of(1), .down)
    }

    /// From now on, what conditions do to it can be asked for.
    func watched(as link: String) -> PassageWatch {
        let watch = PassageWatch(link, self, on: loop)
        self.watch = watch
        return watch
    }

    /// - Parameter observer: Told what passes at the client's end.
    func observe(_ observer: any PassageObserver) {
        self.observer = observer
        client.observer = observer
    }

    /// Takes a client's connection, and makes the other one.
    /// - Parameter onDial: Told how that went: nil for well.
    func start(_ channel: any Channel, _ dialer: any Dialer, onDial: @escaping ((any Error)?) -> Void) throws {
        try channel.pipeline.syncOperations.addHandler(client)
        clientChannel = channel
        loop.add(self)
        listenForOpening()
        client.onRelease = { [self] in endReleased() }
        // A channel that is closed before it was active tells its handlers nothing.
        channel.closeFuture.assumeIsolated().whenComplete { [client] _ in client.lost() }
        let bound = NIOLoopBound((self, onDial), eventLoop: loop.loop)
        dialer.dial(on: loop.loop) { try $0.pipeline.syncOperations.addHandler(bound.value.0.upstream) }
            .whenComplete { result in
                let (relay, onDial) = bound.value
                switch result {
                case .success(let channel):
                    onDial(nil)
                    relay.dialled(channel)
                case .failure(let error):
                    relay.loop.fail()
                    relay.observer?.failed(error)
                    relay.client.close(.reset)
                    onDial(error)
                }
            }
    }

    private func dialled(_ channel: any Channel) {
        // Whoever came has gone meanwhile.
        guard endsLeft > 0 else { return channel.close(promise: nil) }
        upstreamChannel = channel
        watch?.connected(to: channel)
        observer?.connected(Peer(of: channel))
        endsLeft = 2
        upstream.onRelease = { [self] in endReleased() }
        channel.closeFuture.assumeIsolated().whenComplete { [upstream] _ in upstream.lost() }
        RelayHandler.join(client, upstream)
    }

    private func endReleased() {
        endsLeft -= 1
        guard endsLeft == 0 else { return }
        loop.remove(self)
        observer?.ended(isBroken: client.isBroken || upstream.isBroken)
        (observer, client.observer) = (nil, nil)
        (clientChannel, upstreamChannel) = (nil, nil)
    }

    func become(_ profile: LinkProfile) {
        client.become(profile.up, connection)
        upstream.become(profile.down, connection)
        if client.passed.in == 0 { listenForOpening() }
    }

    /// Some conditions meet a connection by what its client sends first: what comes before they know passes them.
    private func listenForOpening() {
        guard loop.profile.needsOpening else { return }
        client.onBytes = { [unowned self] bytes in
            if connection.open(bytes.readableBytesView) { client.onBytes = nil }
            client.become(loop.profile.up, connection)
            upstream.become(loop.profile.down, connection)
        }
    }

    func harvest(into counts: inout LinkCounts) {
        let now = (up: client.passed, down: upstream.passed)
        counts.up.received &+= now.up.in - counted.up.in
        counts.up.bytes &+= now.up.out - counted.up.out
        counts.down.received &+= now.down.in - counted.down.in
        counts.down.bytes &+= now.down.out - counted.down.out
        counted = now
        client.takeEffects { key, effect in
            counts.up.effects[key, default: Effect()] += effect
            watch?.note(key, effect, of: loop.profile.up, isUp: true)
        }
        upstream.takeEffects { key, effect in
            counts.down.effects[key, default: Effect()] += effect
            watch?.note(key, effect, of: loop.profile.down, isUp: false)
        }
    }

    func end() {
        clientChannel?.close(promise: nil)
        upstreamChannel?.close(promise: nil)
    }
}
