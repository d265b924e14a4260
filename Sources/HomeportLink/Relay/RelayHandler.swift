import HomeportConditions
import HomeportNet
import NIOCore

/// One end of a relayed connection. Two of them, on one loop, are a relay: what one reads, the other writes, when the
/// conditions of that direction say so.
///
///     client ─▶ RelayHandler ─▶ lane (up) ─▶ RelayHandler ─▶ upstream
///     client ◀─ RelayHandler ◀─ lane (down) ◀─ RelayHandler ◀─ upstream
final class RelayHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Told what comes, before anything is done with it.
    var onBytes: ((ByteBuffer) -> Void)?
    /// Told what comes and what is sent, where this end is the client's.
    var observer: (any PassageObserver)?
    /// Whether somebody has broken off here, or was.
    private(set) var isBroken = false
    /// Told when the end has nothing more to do.
    var onRelease: (() -> Void)?
    /// The other end; nil until it is dialled, and after the end.
    private var partner: RelayHandler?
    private var context: ChannelHandlerContext?
    /// Outlives the channel: what it sent may still be on its way when it is gone.
    private let loop: any EventLoop
    /// From here to the other end.
    private var lane: RelayLane
    /// The channel is gone.
    private var isDead = false
    private var isReleased = false
    private var hasPassedToNobody = false
    private var hasAnsweredForNobody = false
    /// Its actions are being carried out: what happens meanwhile comes after them.
    private var isActing = false
    private var mustRun = false
    /// It has ended; what still comes is not heard.
    private var isDraining = false
    private var limitedBuffers: Set<NIOBSDSocket.Option> = []

    /// Whether the channel takes more.
    private var isWritable = true
    private var isReadWithheld = false
    private var isInReadCycle = false
    private var hasEnded = false
    private var hasFinishedWriting = false
    private var needsFlush = false
    private let habit: WakeHabit
    private var isAlarmSet = false
    private lazy var alarm = Alarm(on: loop, habit) { [weak self] in self?.run() }

    /// - Parameter lane: What happens to bytes that come in here.
    init(_ lane: RelayLane, on loop: any EventLoop, _ habit: WakeHabit) {
        self.lane = lane
        self.loop = loop
        self.habit = habit
    }

    /// Makes two ends a relay, and lets bytes in.
    static func join(_ a: RelayHandler, _ b: RelayHandler) {
        a.partner = b
        b.partner = a
        for end in [a, b] {
            end.fit()
            end.run()
            end.resumeReading()
        }
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        fit()
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func read(context: ChannelHandlerContext) {
        if !isDraining, partner == nil || lane.isFull { isReadWithheld = true } else { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        if isDraining { return }
        observer?.came(buffer)
        onBytes?(buffer)
        isInReadCycle = true
        if lane.path.isClear, let partner, partner.isWritable, !partner.isDead {
            lane.skip(buffer.readableBytes)
            return partner.send(buffer)
        }
        lane.keep(buffer)
        act { $0.path.offer(buffer.readableBytes, now: $1, &$2) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isInReadCycle = false
        partner?.flush()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        partner?.run()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else { return context.fireUserInboundEventTriggered(event) }
        if isDraining { return context.close(promise: nil) }
        end(.end)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        isBroken = true
        end(.abort)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { lost() }

    /// The channel is gone, or never came to life.
    func lost() {
        guard !isDead else { return }
        isDead = true
        // A break would have come as an error before: this is the end of both halves.
        end(.end)
        // The end that was passed on before said nothing of the other half: nobody is left to take what comes from there.
        if lane.isOver { partner?.closeAfterWrites() }
        partner?.releaseIfOver()
        releaseIfOver()
    }

    /// Two ends hold each other, until there is nothing left to hand over.
    private func releaseIfOver() {
        guard isDead, !isReleased, lane.isOver || partner?.isDead ?? true else { return }
        isReleased = true
        alarm.cancel()
        lane.dropAll()
        partner = nil
        let tell = onRelease
        onRelease = nil
        tell?()
    }

    // MARK: Conditions

    /// Other conditions from now on, for what waits as well.
    func become(_ way: LinkProfile.Way, _ connection: ConnectionFacts) {
        act { $0.become(way, connection, now: $1, &$2) }
        fit()
        partner?.fit()
    }

    /// What its conditions have done since this was asked last.
    func takeEffects(_ take: (_ key: UInt64, Effect) -> Void) { lane.path.takeEffects(take) }

    /// Bytes that have come here, and those that have gone on.
    struct Passed {
        var `in`: UInt64 = 0
        var out: UInt64 = 0
    }

    var passed: Passed { Passed(in: lane.path.offset, out: lane.passed) }

    /// What is read at once must find room. Where conditions bound what may wait, reads are small, and the kernel's buffers as
    /// well: left to themselves they grow to tens of megabytes before a slow receiver. Elsewhere the kernel knows best, and
    /// several large reads and one large write cost least.
    private func fit() {
        guard let options = context?.channel.syncOptions else { return }
        let size = lane.readSize
        let allocator = AdaptiveRecvByteBufferAllocator(minimum: 2048, initial: min(16 << 10, size), maximum: size)
        try? options.setOption(.recvAllocator, value: allocator)
        try? options.setOption(.maxMessagesPerRead, value: lane.isBounded ? 1 as UInt : 8 as UInt)
        limitKernel(.so_rcvbuf, of: lane, options)
        guard let behind = partner?.lane else { return }
        let mark = behind.isBounded ? 64 << 10 : Buffers.read
        try? options.setOption(.writeBufferWaterMark, value: .init(low: mark / 4, high: mark))
        limitKernel(.so_sndbuf, of: behind, options)
    }

    /// Once limited, a buffer no longer grows by itself, and is given much.
    private func limitKernel(
        _ name: NIOBSDSocket.Option,
        of lane: RelayLane,
        _ options: any NIOSynchronousChannelOptions
    ) {
        guard lane.isBounded || limitedBuffers.contains(name) else { return }
        limitedBuffers.insert(name)
        let size = lane.isBounded ? lane.socketBuffer : Buffers.most
        try? options.setOption(.socketOption(name), value: SocketOptionValue(size))
    }

    // MARK: Time

    /// Moves what is due.
    private func run() { act { $0.path.run(now: $1, &$2) } }

    private func end(_ kind: Segment.Kind) {
        // No end of the read cycle follows the end of the stream.
        isInReadCycle = false
        guard !hasEnded else { return }
        hasEnded = true
        act { $0.path.offer(kind, now: $1, &$2) }
    }

    // MARK: Actions

    private func act(_ event: (inout RelayLane, Instant, inout [StreamPath.Action]) -> Void) {
        // Until there is another end, what comes waits: bytes come with a FIN although nobody reads.
        guard !isActing else {
            // Only the receiver's taking more again can come in between.
            mustRun = true
            return
        }
        isActing = true
        lane.path.isWritable = partner?.isWritable ?? false
        var actions: [StreamPath.Action] = []
        swap(&actions, &lane.actions)
        actions.removeAll(keepingCapacity: true)
        event(&lane, loop.now.uptimeNanoseconds, &actions)
        lane.tell()
        for action in actions { perform(action) }
        swap(&actions, &lane.actions)
        isActing = false
        if !isInReadCycle { partner?.flush() }
        if let wake = lane.path.wake { alarm.set(wake) } else if isAlarmSet { alarm.cancel() }
        isAlarmSet = lane.path.wake != nil
        resumeReading()
        if hasPassedToNobody { partner?.answerForNobody() }
        endIfNothingIsLeft()
        partner?.endIfNothingIsLeft()
        releaseIfOver()
        guard mustRun else { return }
        mustRun = false
        run()
    }

    /// Where a condition swallows even the end, two ends that both have come would wait for each other.
    private func endIfNothingIsLeft() {
        guard isDead, lane.path.isEmpty, let partner, partner.hasEnded, partner.lane.path.isEmpty else { return }
        partner.closeAfterWrites()
    }

    private func perform(_ action: StreamPath.Action) {
        switch action {
        case .forward(let count): pass(count)
        case .write(let count):
            partner?.flush()
            pass(count)
            partner?.flush()
        case .discard(let count): discard(count)
        case .flip(let flip): lane.flip(flip)
        case .finish:
            lane.isOver = true
            // Nobody is left here to take what still comes from there.
            if isDead { partner?.closeAfterWrites() } else { partner?.finish() }
        case .abort:
            lane.isOver = true
            partner?.close(.reset)
        case .end(let how):
            lane.isOver = true
            guard how == .reset else {
                partner?.endInOrder()
                return endInOrder()
            }
            // Both first, for closing one of them ends the other.
            for end in [partner, self] { end?.armReset() }
            partner?.close(.close)
            close(.close)
        }
    }

    private func pass(_ count: Int) {
        // Its end may still be on the way, or have been swallowed: what is sent to nobody is answered, as by any host, and
        // the answer comes behind what was sent from there.
        if let partner, partner.isDead {
            hasPassedToNobody = true
            return discard(count)
        }
        lane.count(count)
        var left = count
        while left > 0, let piece = lane.take(left) {
            left -= piece.readableBytes
            partner?.send(piece)
        }
    }

    private func discard(_ count: Int) {
        var left = count
        while left > 0, let piece = lane.take(left) { left -= piece.readableBytes }
    }

    private func answerForNobody() {
        guard isDead, !hasAnsweredForNobody, !isReleased else { return }
        hasAnsweredForNobody = true
        act { $0.path.offer(.abort, now: $1, &$2) }
    }

    private func send(_ bytes: ByteBuffer) {
        needsFlush = true
        observer?.went(bytes)
        context?.write(wrapOutboundOut(bytes), promise: nil)
    }

    private func flush() {
        guard needsFlush else { return }
        needsFlush = false
        context?.flush()
    }

    /// Nothing more will be sent here; what comes from here still may.
    private func finish() {
        guard !hasFinishedWriting else { return }
        hasFinishedWriting = true
        afterWrites { $0.close(mode: .output, promise: nil) }
    }

    /// Once everything has been handed over: closing a channel gives up what still waits to be written.
    private func closeAfterWrites() { afterWrites { $0.close(promise: nil) } }

    private func afterWrites(_ then: @escaping (ChannelHandlerContext) -> Void) {
        guard let context else { return }
        needsFlush = false
        let written = loop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: written)
        written.futureResult.assumeIsolated().whenComplete { _ in then(context) }
    }

    /// Ends with FIN, although bytes may have come that nobody has read: closing a socket over those would send RST.
    private func endInOrder() {
        guard context != nil, !isDraining else { return }
        isDraining = true
        finish()
        resumeReading()
        afterWrites { [loop] context in
            let channel = context.channel
            loop.scheduleTask(in: Self.drainTime) { channel.close(promise: nil) }
        }
    }

    /// How long whoever was cut off may go on sending, unheard.
    private static let drainTime = TimeAmount.milliseconds(500)

    func close(_ how: Ending) {
        flush()
        if how == .reset { armReset() }
        context?.close(promise: nil)
    }

    private func armReset() {
        isBroken = true
        if let context { Abort.arm(context.channel) }
    }

    private func resumeReading() {
        guard isReadWithheld, isDraining || (partner != nil && !lane.isFull) else { return }
        isReadWithheld = false
        context?.read()
    }
}
