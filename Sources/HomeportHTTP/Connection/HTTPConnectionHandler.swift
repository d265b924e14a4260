import HomeportNet
package import NIOCore

/// What every connection of a server is given.
package struct HTTPService: Sendable {
    package var responder: any Responder
    package var policy: (any RequestPolicy)?
    package var observer: (any ExchangeObserving)?
    package var limits = HTTPLimits()
    package var deadlines = HTTPDeadlines()

    package init(
        responder: any Responder,
        policy: (any RequestPolicy)? = nil,
        observer: (any ExchangeObserving)? = nil
    ) {
        self.responder = responder
        self.policy = policy
        self.observer = observer
    }
}

/// One HTTP/1.1 connection, from bytes to bytes: the only handler in its pipeline.
///
/// Requests are taken one at a time, so that answers leave in order; what a client has pipelined waits unparsed, in a
/// buffer that stops growing because nothing is read meanwhile. Answers collect in one buffer that is written once, when
/// the read cycle ends.
///
///     bytes ─▶ pending ─▶ parser ─▶ policy ─▶ responder ─▶ exchange ─▶ output ─▶ one write
package final class HTTPConnectionHandler: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundIn = IOData
    package typealias OutboundOut = IOData

    /// Where the connection is with its present request.
    enum Phase {
        /// Between requests, or inside a head.
        case head
        /// The head was handed over; its body is still coming.
        case body(BodyDecoder)
        /// The request is whole; its answer is not.
        case answering
        /// The last answer is out, or a refusal: what still comes is thrown away until the client closes too.
        case lingering
        case closed
    }

    let service: HTTPService
    let loop: LoopState
    private(set) var context: ChannelHandlerContext?
    private(set) var peer = Peer(local: nil, remote: nil)

    var phase = Phase.head
    private(set) var parser: RequestParser
    private(set) var head = RequestHead()
    var exchange: ServerExchange?
    /// The last exchange, for the next request, if nobody kept it.
    private var spare: ServerExchange?
    private(set) var pending = ByteBuffer()
    private(set) var isProcessing = false
    /// How many bytes of an unread body may still be thrown away before the connection is not worth keeping.
    private var drainBudget = 0
    private var clientHasFinished = false
    /// Whether the present answer is the last, whatever its head said.
    private var endsAfterAnswer = false
    private var isHalfClosed = false
    private(set) var isQuiescing = false

    // Output
    var output = ByteBuffer()
    private(set) var isInReadCycle = false
    var pieces = CircularBuffer<Piece>(initialCapacity: 0)
    var isFileMoving = false
    var movingFile: (file: OpenFile, end: Int64)?
    var hasUnflushed = false
    private(set) var isWritable = true
    /// In the middle of a write, when the channel may tell of its writability.
    var isWriting = false
    /// Who answers was seen congested, and waits to be told that it no longer is.
    var owesDrained = false
    private var isReadWithheld = false

    // Deadlines
    var deadline = Deadline.none
    var timer: NIOScheduledCallback?
    var timerFires = NIODeadline.distantFuture
    var due = NIODeadline.distantFuture
    var stalledSince = NIODeadline.distantPast
    var bodyBytes = 0
    /// How much was handed to the channel, and how much of it had left when progress was last looked at.
    var handedOver = 0
    var leftBefore = 0

    package init(service: HTTPService, loop: LoopState) {
        self.service = service
        self.loop = loop
        parser = RequestParser(limits: service.limits)
    }

    // MARK: Channel events

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { channelActive(context: context) }
    }

    package func channelActive(context: ChannelHandlerContext) {
        peer = Peer(local: context.localAddress, remote: context.remoteAddress)
        expect(.idle)
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        switch phase {
        case .lingering, .closed: return
        case .head, .body, .answering: break
        }
        if !isInReadCycle {
            isInReadCycle = true
            if output.capacity == 0 { output = loop.takeScratch() }
        }
        if pending.readableBytes == 0 {
            pending = bytes
        } else {
            // What was used goes first: else a client whose requests never end where its packets do makes this grow.
            pending.discardReadBytes()
            pending.writeBuffer(&bytes)
        }
        process()
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        isInReadCycle = false
        flush()
    }

    package func read(context: ChannelHandlerContext) {
        if wantsBytes { context.read() } else { isReadWithheld = true }
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        if isWritable, !isWriting { goOn() }
    }

    /// There is room again for what was held back.
    func goOn() {
        if owesDrained, !isCongested, let exchange, !exchange.hasEnded {
            owesDrained = false
            exchange.onDrained?()
        }
        process()
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            clientHasFinished = true
            clientFinished()
        case is ChannelShouldQuiesceEvent:
            isQuiescing = true
            if case .head = phase, !parser.hasBegun { lastAnswerIsOut() }
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    package func channelInactive(context: ChannelHandlerContext) {
        ended()
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A reset, a broken pipe: the client is gone, and there is nobody to tell.
        close()
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        ended()
        self.context = nil
    }

    // MARK: Requests

    /// Goes as far as the bytes at hand, and the answers given, allow; what was answered on the way leaves together.
    func process() {
        guard !isProcessing else { return }
        isProcessing = true
        var goesOn = true
        while goesOn {
            switch phase {
            case .head: goesOn = takeHead()
            case .body(let decoder): goesOn = takeBody(decoder)
            case .answering: goesOn = tellEnd()
            case .lingering, .closed: goesOn = false
            }
        }
        isProcessing = false
        resumeReading()
        flush()
    }

    private func takeHead() -> Bool {
        if output.readableBytes > Self.fullOutput {
            writeOutput()
            guard case .head = phase else { return false }
        }
        guard pending.readableBytes > 0 else {
            expect(.idle)
            return false
        }
        guard !isCongested else { return false }
        let hadBegun = parser.hasBegun
        if !hadBegun { head.reset() }
        switch parser.parse(pending.readableBytesUInt8Span, into: &head) {
        case .incomplete:
            if clientHasFinished { lastAnswerIsOut() } else if !hadBegun { expect(.head) }
            return false
        case .refused(let refusal):
            refuse(refusal)
            return false
        case .complete(let length):
            let bytes = pending.readSlice(length: length) ?? ByteBuffer()
            letGoOfPending()
            parser.reset()
            if let refusal = head.settleFraming(in: bytes) {
                refuse(refusal)
                return false
            }
            begin()
            return true
        }
    }

    private func begin() {
        let head = head
        var exchange = spare ?? ServerExchange(loop: loop)
        spare = nil
        exchange.begin(head, on: self, observer: service.observer?.began(head, peer, on: loop))
        self.exchange = exchange
        phase = head.body == .none ? .answering : .body(BodyDecoder(head.body, limits: service.limits))
        (bodyBytes, drainBudget, owesDrained) = (0, service.limits.drain, false)
        expect(head.body == .none ? .none : .body)
        if let refusal = service.policy?.refuse(head, from: peer) {
            exchange.refuse(refusal)
        } else {
            service.responder.respond(to: head, exchange)
        }
        if self.exchange !== exchange, isKnownUniquelyReferenced(&exchange) { spare = exchange }
    }

    private func takeBody(_ decoder: BodyDecoder) -> Bool {
        guard let exchange else { return false }
        let drains = exchange.hasEnded
        guard drains || exchange.wantsBody else { return false }
        if exchange.owesContinue {
            exchange.continueWasSent()
            output.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
        }
        var decoder = decoder
        var offset = 0
        let event = decoder.next(in: pending.readableBytesUInt8Span, from: &offset)
        phase = .body(decoder)
        let bytes = pending.readSlice(length: offset)
        letGoOfPending()
        switch event {
        case .needMore:
            if clientHasFinished { loseBody(.malformed("framing.body", "the body ended early")) }
            return false
        case .data(let range):
            bodyBytes += range.count
            if drains {
                drainBudget -= range.count
                if drainBudget < 0 { loseBody(nil) }
            } else if let piece = bytes?.getSlice(at: range.lowerBound, length: range.count) {
                exchange.onBody?(.bytes(piece))
            }
            return true
        case .refused(let refusal):
            loseBody(refusal)
            return true
        case .end:
            phase = .answering
            expect(.none)
            if !drains { exchange.bodyIsWhole() } else if !isSending { nextRequest() }
            return true
        }
    }

    /// A request without a body has an end, too: whoever asks for its body is told.
    private func tellEnd() -> Bool {
        guard let exchange, exchange.owesEnd else { return false }
        exchange.bodyIsWhole()
        return true
    }

    /// The rest of the body will not come, or not be read: nobody knows where the next request starts, so that the
    /// present answer is the last. An answer that is complete is not lost for it.
    func loseBody(_ refusal: Refusal?) {
        guard let exchange else { return }
        endsAfterAnswer = true
        phase = .answering
        pending = ByteBuffer()
        expect(.none)
        exchange.bodyFailed()
        guard exchange === self.exchange else { return }
        if !exchange.hasBegun, let refusal {
            refuse(refusal)
        } else if !exchange.hasEnded {
            close()
        } else if !isSending {
            lastAnswerIsOut()
        }
    }

    /// The exchange's answer is complete, and has left our hands.
    func answered(_ exchange: ServerExchange, closes: Bool) {
        guard exchange === self.exchange else { return }
        if closes || endsAfterAnswer {
            lastAnswerIsOut()
        } else if case .body = phase {
            // The rest of the body is read and thrown away, within reason, so that the connection can go on.
            process()
        } else {
            nextRequest()
        }
        flush()
    }

    private func nextRequest() {
        guard let exchange else { return }
        self.exchange = nil
        head.bytes = ByteBuffer()
        phase = .head
        exchange.finish(complete: true)
        if isQuiescing || (clientHasFinished && pending.readableBytes == 0) {
            lastAnswerIsOut()
        } else {
            process()
        }
    }

    private func letGoOfPending() {
        if pending.readableBytes == 0 { pending = ByteBuffer() }
    }

    /// Whether an answer that begins now can leave the connection usable.
    func mustClose(after exchange: ServerExchange) -> Bool {
        if isQuiescing || endsAfterAnswer || !exchange.keepsAlive { return true }
        guard case .body(let decoder) = phase else { return false }
        // A client that waits for 100 may send its body or not; nobody can tell what its next bytes are.
        if exchange.expectsContinue { return true }
        if case .length(let remaining) = decoder { return remaining > Int64(service.limits.drain) }
        return false
    }

    /// Answers what could not be understood, and ends the connection, since nobody knows where the next request starts.
    func refuse(_ refusal: Refusal) {
        if exchange == nil { service.observer?.refused(refusal, peer, on: loop) }
        var (head, body) = ResponseHead.text(
            refusal.status,
            "\(refusal.status) \(Status.phrase(refusal.status)): \(refusal.detail)\n"
        )
        head.closes = true
        if let exchange {
            exchange.answer(head, body)
        } else {
            writeHead(head, closes: true, keepAliveIsNews: false, chunked: false)
            if self.head.method != .head { output.writeImmutableBuffer(body) }
            lastAnswerIsOut()
        }
    }

    private func clientFinished() {
        switch phase {
        case .head: if pending.readableBytes == 0 || parser.hasBegun { lastAnswerIsOut() } else { process() }
        case .body: process()
        case .lingering: if isHalfClosed { close() }
        case .answering, .closed: break
        }
    }

    // MARK: Reading

    private var wantsBytes: Bool {
        switch phase {
        case .head: pending.readableBytes == 0 || !isCongested
        case .body: exchange.map { $0.hasEnded || $0.wantsBody } ?? false
        // Reading on while answering is how a client that goes away is noticed, as long as it is silent.
        case .answering: pending.readableBytes == 0
        case .lingering: true
        case .closed: false
        }
    }

    func resumeReading() {
        guard isReadWithheld, wantsBytes else { return }
        isReadWithheld = false
        context?.read()
    }

    // MARK: The end

    /// Everything that this connection will ever send has been handed over. It is closed in steps (RFC 9112, section
    /// 9.6): when all has left, our half; then the rest when the client has closed, too, or its time is over.
    func lastAnswerIsOut() {
        switch phase {
        case .lingering, .closed: return
        case .head, .body, .answering: break
        }
        phase = .lingering
        pending = ByteBuffer()
        finishExchange(complete: true)
        guard case .lingering = phase, let context else { return }
        let written = context.eventLoop.makePromise(of: Void.self)
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        written.futureResult.whenComplete { _ in handler.value.halfClose() }
        writeOutput(promise: written)
        if case .lingering = phase, !isHalfClosed { expectProgress() }
        resumeReading()
    }

    private func halfClose() {
        guard case .lingering = phase, let context else { return }
        if clientHasFinished { return close() }
        isHalfClosed = true
        expect(.linger)
        context.close(mode: .output, promise: nil)
    }

    /// Ends the connection at once. What has not left is lost.
    func close() {
        if case .closed = phase { return }
        phase = .closed
        pieces.removeAll()
        finishExchange(complete: false)
        context?.close(promise: nil)
    }

    /// Ends the connection short, after what was sent so far.
    func abort() {
        if output.readableBytes > 0 || hasUnflushed { writeOutput() }
        close()
    }

    private func ended() {
        phase = .closed
        timer?.cancel()
        timer = nil
        pending = ByteBuffer()
        pieces.removeAll()
        finishExchange(complete: false)
        loop.giveBack(output)
        output = ByteBuffer()
    }

    private func finishExchange(complete: Bool) {
        guard let exchange else { return }
        self.exchange = nil
        exchange.finish(complete: complete)
    }
}
