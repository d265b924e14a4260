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
    private var parser: RequestParser
    private var head = RequestHead()
    var exchange: ServerExchange?
    /// The last exchange, for the next request, if nobody kept it.
    private var spare: ServerExchange?
    private(set) var pending = ByteBuffer()
    private var isProcessing = false
    /// How many bytes of an unread body may still be thrown away before the connection is not worth keeping.
    private var drainBudget = 0
    private var clientHasFinished = false
    private(set) var isQuiescing = false

    // Output
    var output = ByteBuffer()
    private(set) var isInReadCycle = false
    var pieces = CircularBuffer<Piece>(initialCapacity: 0)
    var isFileMoving = false
    var movingFile: (file: OpenFile, end: Int64)?
    var hasUnflushed = false
    private(set) var isWritable = true
    private(set) var isReadWithheld = false

    // Deadlines
    var deadline = Deadline.none
    var timer: NIOScheduledCallback?
    var timerFires = NIODeadline.distantFuture
    var due = NIODeadline.distantFuture
    var stalledSince = NIODeadline.distantPast
    var bodyBytes = 0
    var unsentBefore = 0

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
        if case .lingering = phase { return }
        if case .closed = phase { return }
        if !isInReadCycle {
            isInReadCycle = true
            if output.capacity == 0 { output = loop.takeScratch() }
        }
        if pending.readableBytes == 0 { pending = bytes } else { pending.writeBuffer(&bytes) }
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
        guard isWritable else { return }
        if !isCongested, let exchange { exchange.onDrained?() }
        process()
        flush()
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            clientHasFinished = true
            clientFinished()
        case is ChannelShouldQuiesceEvent:
            isQuiescing = true
            if case .head = phase, exchange == nil, !parser.hasBegun { close() }
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

    /// Goes as far as the bytes at hand, and the answers given, allow.
    func process() {
        guard !isProcessing else { return }
        isProcessing = true
        defer { isProcessing = false }
        var goesOn = true
        while goesOn {
            switch phase {
            case .head: goesOn = takeHead()
            case .body(let decoder): goesOn = takeBody(decoder)
            case .answering, .lingering, .closed: goesOn = false
            }
        }
        resumeReading()
    }

    private func takeHead() -> Bool {
        guard pending.readableBytes > 0 else { return false }
        if output.readableBytes > Self.fullOutput { writeOutput() }
        guard !isCongested else { return false }
        let hadBegun = parser.hasBegun
        switch parser.parse(pending.readableBytesUInt8Span, into: &head) {
        case .incomplete:
            if clientHasFinished { close() } else if !hadBegun { expect(.head) }
            return false
        case .refused(let refusal):
            refuse(refusal)
            return false
        case .complete(let length):
            let bytes = pending.readSlice(length: length) ?? ByteBuffer()
            if pending.readableBytes == 0 { pending = ByteBuffer() }
            if let refusal = head.settleFraming(in: bytes) {
                refuse(refusal)
                return false
            }
            begin()
            return true
        }
    }

    private func begin() {
        // A copy, since the answer may be complete, and the next head begun, before the responder returns.
        let head = head
        var exchange = spare ?? ServerExchange(loop: loop)
        spare = nil
        exchange.begin(head, on: self, observer: service.observer?.began(head, peer, on: loop))
        self.exchange = exchange
        phase = head.body == .none ? .answering : .body(BodyDecoder(head.body, limits: service.limits))
        bodyBytes = 0
        if let refusal = service.policy?.refuse(head, from: peer) {
            exchange.refuse(refusal)
        } else {
            service.responder.respond(to: head, exchange)
        }
        if self.exchange === exchange {
            // What is being sent already is watched already.
            if deadline != .progress { expect(head.body == .none ? .none : .body) }
        } else if isKnownUniquelyReferenced(&exchange) {
            spare = exchange
        }
    }

    private func takeBody(_ decoder: BodyDecoder) -> Bool {
        guard let exchange else { return false }
        let drains = exchange.isAnswered
        guard drains || (exchange.onBody != nil && !exchange.isBodyPaused) else { return false }
        if !drains, exchange.expectsContinue {
            exchange.continueWasSent()
            output.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
            flush()
        }
        var decoder = decoder
        var offset = 0
        let event = decoder.next(in: pending.readableBytesUInt8Span, from: &offset)
        phase = .body(decoder)
        switch event {
        case .needMore:
            pending.moveReaderIndex(forwardBy: offset)
            if clientHasFinished {
                exchange.bodyFailed()
                close()
            }
            return false
        case .data(let range):
            let piece = pending.getSlice(at: pending.readerIndex + range.lowerBound, length: range.count)
            pending.moveReaderIndex(forwardBy: offset)
            bodyBytes += range.count
            if drains {
                drainBudget -= range.count
                if drainBudget < 0 {
                    close()
                    return false
                }
            } else if let piece {
                exchange.onBody?(.bytes(piece))
            }
            return true
        case .refused(let refusal):
            exchange.bodyFailed()
            if exchange.hasBegun { close() } else { refuse(refusal) }
            return false
        case .end:
            pending.moveReaderIndex(forwardBy: offset)
            if pending.readableBytes == 0 { pending = ByteBuffer() }
            phase = .answering
            expect(.none)
            if drains { nextRequest() } else { exchange.bodyIsWhole() }
            return true
        }
    }

    /// The exchange's answer is complete as far as its responder goes.
    func answered(_ exchange: ServerExchange, closes: Bool) {
        guard exchange === self.exchange else { return }
        if closes {
            lastAnswerIsOut()
        } else if case .body(let decoder) = phase {
            // The rest of the body is read and thrown away, within reason, so that the connection can go on.
            drainBudget = service.limits.drain
            phase = .body(decoder)
            process()
        } else {
            nextRequest()
        }
        if !isInReadCycle { flush() }
    }

    private func nextRequest() {
        guard let exchange else { return }
        self.exchange = nil
        exchange.finish(complete: true)
        parser.reset()
        head.reset()
        phase = .head
        if isQuiescing || (clientHasFinished && pending.readableBytes == 0) {
            lastAnswerIsOut()
        } else {
            expect(.idle)
            process()
        }
    }

    /// Whether an answer that begins now can leave the connection usable.
    func mustClose(after exchange: ServerExchange) -> Bool {
        if isQuiescing || !exchange.keepsAlive { return true }
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
        case .head where exchange == nil:
            if pending.readableBytes == 0 || parser.hasBegun { close() } else { process() }
        case .head, .answering: break
        case .body: process()
        case .lingering: close()
        case .closed: break
        }
        flush()
    }

    // MARK: Reading

    private var wantsBytes: Bool {
        switch phase {
        case .head: pending.readableBytes == 0 || !isCongested
        case .body: exchange.map { $0.isAnswered || ($0.onBody != nil && !$0.isBodyPaused) } ?? false
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

    func lastAnswerIsOut() {
        if case .closed = phase { return }
        phase = .lingering
        finishExchange(complete: true)
        pending = ByteBuffer()
        guard let context else { return }
        let written = context.eventLoop.makePromise(of: Void.self)
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        written.futureResult.whenComplete { _ in handler.value.halfClose() }
        writeOutput(promise: written)
        resumeReading()
    }

    private func halfClose() {
        guard case .lingering = phase, let context else { return }
        if clientHasFinished { return close() }
        expect(.linger)
        context.close(mode: .output, promise: nil)
    }

    func close() {
        if case .closed = phase { return }
        phase = .closed
        finishExchange(complete: false)
        context?.close(promise: nil)
    }

    private func ended() {
        phase = .closed
        timer?.cancel()
        timer = nil
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
