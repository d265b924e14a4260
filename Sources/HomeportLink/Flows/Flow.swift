import HomeportConditions
import HomeportCore
import HomeportNet
import NIOCore

/// The datagrams between one client and the target: a socket of its own upstream, by which answers find their way back.
final class Flow: Passage, ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private let client: SocketAddress
    private let listening: any Channel
    private let loop: LinkLoop
    private let idle: TimeAmount
    private let onEnd: () -> Void
    private var lanes: (up: FlowLane, down: FlowLane)
    private var connection: ConnectionFacts
    private var upstream: (any Channel)?
    private var isDialling = false
    private var dial: () -> Void = {}
    private var onDial: ((any Error)?) -> Void = { _ in }
    /// What came before there was an upstream, and what has passed the conditions and found none.
    private var early: [ByteBuffer] = []
    private var ready: [ByteBuffer] = []
    /// Asked for while a lane was at work.
    private var mustDial = false
    private(set) var isOver = false
    /// Bytes that the loop knows to wait here.
    private var accounted = 0
    private var lastSeen: NIODeadline
    private var watch: PassageWatch?
    private var observer: (any PassageObserver)?
    private lazy var alarm = Alarm(on: loop.loop, loop.habit) { [weak self] in self?.run() }

    /// Datagrams that may wait until there is a socket upstream.
    private static let mostEarly = 64

    init(
        from client: SocketAddress,
        by listening: any Channel,
        on loop: LinkLoop,
        number: UInt64,
        draws: Draws,
        log: (LinkProfile.Direction) -> LaneLog?,
        idle: TimeAmount,
        onEnd: @escaping () -> Void
    ) {
        self.client = client
        self.listening = listening
        self.loop = loop
        self.idle = idle
        self.onEnd = onEnd
        lastSeen = loop.loop.now
        let now = lastSeen.uptimeNanoseconds
        let facts = ConnectionFacts(number: number, clientPort: client.port.map { UInt16(truncatingIfNeeded: $0) })
        connection = facts
        lanes = (
            FlowLane(loop.profile.up, for: facts, draws.of(0), log: log(.up), now: now),
            FlowLane(loop.profile.down, for: facts, draws.of(1), log: log(.down), now: now)
        )
    }

    /// - Parameter observer: Told of datagrams as the client sends and gets them.
    func observe(_ observer: any PassageObserver, _ watch: PassageWatch) {
        (self.observer, self.watch) = (observer, watch)
    }

    func start(to place: Endpoint.Place, onDial: @escaping ((any Error)?) -> Void) {
        loop.add(self)
        self.onDial = onDial
        dial = { [weak self] in self?.connect(to: place) }
        connect(to: place)
    }

    private func connect(to place: Endpoint.Place) {
        guard !isDialling else { return }
        isDialling = true
        let bound = NIOLoopBound(self, eventLoop: loop.loop)
        DatagramChannels.connect(to: place, on: loop.loop) { channel in
            try channel.pipeline.syncOperations.addHandler(bound.value)
        }
        .whenComplete { result in
            let flow = bound.value
            flow.isDialling = false
            switch result {
            case .success(let channel): flow.connected(channel)
            case .failure(let error):
                flow.fail(error)
                flow.end()
            }
        }
    }

    /// Nobody is there, or nobody can be asked.
    private func fail(_ error: any Error) {
        loop.fail()
        observer?.failed(error)
        onDial(error)
    }

    private func connected(_ channel: any Channel) {
        guard !isOver else { return channel.close(promise: nil) }
        upstream = channel
        observer?.connected(Peer(of: channel))
        let (waiting, passed) = (early, ready)
        (early, ready) = ([], [])
        for datagram in passed { sendUp(datagram) }
        for datagram in waiting { pass(datagram) }
        upstream?.flush()
        account()
    }

    /// A datagram from the client.
    func take(_ bytes: ByteBuffer) {
        guard !isOver else { return }
        lastSeen = loop.loop.now
        observer?.came(bytes)
        pass(bytes)
    }

    private func pass(_ bytes: ByteBuffer) {
        defer { arm() }
        if connection.opening.isEmpty, loop.profile.needsOpening {
            _ = connection.open(bytes.readableBytesView)
            become(loop.profile)
        }
        guard hasRoom(for: bytes), upstream != nil || early.count < Self.mostEarly else { return lanes.up.overflow() }
        guard upstream != nil else {
            early.append(ByteBuffer(bytes: bytes.readableBytesView))
            dial()
            return account()
        }
        lanes.up.offer(bytes, now: loop.loop.now.uptimeNanoseconds, sendUp)
        upstream?.flush()
        dialIfAsked()
        account()
    }

    /// A lane at work must not be asked anything; what is dialled may answer at once.
    private func dialIfAsked() {
        guard mustDial else { return }
        mustDial = false
        dial()
    }

    private func hasRoom(for bytes: ByteBuffer) -> Bool {
        loop.heldDatagrams + bytes.readableBytes + DatagramPath<ByteBuffer>.overhead <= LinkLoop.mostHeldDatagrams
    }

    /// Tells the loop what waits here now.
    private func account() {
        let waiting = (early + ready).reduce(0) { $0 + $1.readableBytes + DatagramPath<ByteBuffer>.overhead }
        let now = isOver ? 0 : lanes.up.path.load + lanes.down.path.load + waiting
        loop.heldDatagrams += now - accounted
        accounted = now
    }

    // MARK: Answers

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastSeen = loop.loop.now
        let bytes = unwrapInboundIn(data).data
        guard hasRoom(for: bytes) else { return lanes.down.overflow() }
        lanes.down.offer(bytes, now: loop.loop.now.uptimeNanoseconds, sendDown)
        account()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        listening.flush()
        arm()
    }

    /// Nobody listens there. That closes the socket; the next datagram gets another one, and may find somebody.
    func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(error) }

    func channelInactive(context: ChannelHandlerContext) {
        guard context.channel === upstream else { return }
        upstream = nil
        if !isOver { arm() }
    }

    private func sendUp(_ bytes: ByteBuffer) {
        guard let upstream, let target = upstream.remoteAddress else {
            if ready.count < Self.mostEarly { ready.append(bytes) }
            mustDial = true
            return
        }
        upstream.write(AddressedEnvelope(remoteAddress: target, data: bytes), promise: nil)
    }

    private func sendDown(_ bytes: ByteBuffer) {
        observer?.went(bytes)
        listening.write(AddressedEnvelope(remoteAddress: client, data: bytes), promise: nil)
    }

    // MARK: Time

    private func run() {
        guard !isOver else { return }
        let now = loop.loop.now.uptimeNanoseconds
        lanes.up.run(now: now, sendUp)
        lanes.down.run(now: now, sendDown)
        upstream?.flush()
        listening.flush()
        dialIfAsked()
        guard !isOver else { return }
        account()
        if loop.loop.now >= lastSeen + idle, lanes.up.path.held == 0, lanes.down.path.held == 0 { return end() }
        arm()
    }

    private func arm() {
        guard !isOver else { return }
        var due = lastSeen + idle
        // With something still under way, the idle time begins anew when it is over.
        if due <= loop.loop.now { due = loop.loop.now + idle }
        if let wake = [lanes.up.path.wake, lanes.down.path.wake].compactMap({ $0 }).min() {
            due = min(due, .uptimeNanoseconds(wake))
        }
        alarm.set(due.uptimeNanoseconds)
    }

    // MARK: Passage

    func become(_ profile: LinkProfile) {
        guard !isOver else { return }
        let now = loop.loop.now.uptimeNanoseconds
        lanes.up.become(profile.up, connection, now: now, sendUp)
        lanes.down.become(profile.down, connection, now: now, sendDown)
        upstream?.flush()
        listening.flush()
        dialIfAsked()
        account()
        arm()
    }

    func harvest(into counts: inout LinkCounts) {
        lanes.up.harvest(into: &counts.up, &counts.overflowed) { [watch, loop] in
            watch?.note($0, $1, of: loop.profile.up, isUp: true)
        }
        lanes.down.harvest(into: &counts.down, &counts.overflowed) { [watch, loop] in
            watch?.note($0, $1, of: loop.profile.down, isUp: false)
        }
    }

    func end() {
        guard !isOver else { return }
        isOver = true
        (early, ready) = ([], [])
        account()
        alarm.cancel()
        loop.remove(self)
        observer?.ended(isBroken: false)
        observer = nil
        onEnd()
        upstream?.close(promise: nil)
        upstream = nil
    }
}
