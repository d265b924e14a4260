package import HomeportNet
package import NIOCore

/// One HTTP/1.1 connection to a server, from bytes to bytes: the only handler in its pipeline. Requests are sent one after the
/// other, each when the answer before it is whole.
package final class ClientConnection: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    /// Where it is with the answer to its present request.
    private enum Phase {
        case idle
        case head
        case body(BodyDecoder)
        case closed
    }

    private let limits: HTTPLimits
    /// Told when another request may be sent; nil closes it then.
    package var onIdle: ((ClientConnection) -> Void)?
    /// Told when it has ended while it was idle.
    package var onIdleEnd: ((ClientConnection) -> Void)?

    private var context: ChannelHandlerContext?
    private var phase = Phase.idle
    private var receiver: (any ResponseReceiver)?
    private var parser: ResponseParser
    private var head = ReceivedHead()
    private var pending = ByteBuffer()
    private var method = Method.get
    private var isChunked = false
    package private(set) var isRequestWhole = true
    private var isReadWithheld = false
    private var owesDrained = false
    private var isProcessing = false
    /// Somebody wanted to go on meanwhile.
    private var owesProcessing = false

    package init(limits: HTTPLimits = HTTPLimits()) {
        self.limits = limits
        parser = ResponseParser(limits: limits)
    }

    package func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    package func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    package private(set) lazy var peer = Peer(local: context?.localAddress, remote: context?.remoteAddress)

    /// What it leads through.
    package private(set) lazy var conditions = context.flatMap { ConditionProbe.source(of: $0.channel) }

    // MARK: Requests

    /// Begins a request.
    /// - Parameters:
    ///   - head: As it is to stand on the wire.
    ///   - body: What follows it by ``send(_:)`` and ``finish(trailer:)``; with none, the request is whole.
    package func begin(_ head: ByteBuffer, _ method: Method, _ body: RequestHead.Body, _ receiver: any ResponseReceiver)
    {
        phase = .head
        self.receiver = receiver
        self.method = method
        isChunked = body == .chunked
        isRequestWhole = body == .none
        isPaused = false
        write(head)
    }

    /// A piece of the request's body.
    package func send(_ bytes: ByteBuffer) {
        guard !isRequestWhole, bytes.readableBytes > 0, let context else { return }
        if isChunked {
            context.write(
                wrapOutboundOut(ByteBuffer(string: String(bytes.readableBytes, radix: 16) + "\r\n")),
                promise: nil
            )
            context.write(wrapOutboundOut(bytes), promise: nil)
            write(ByteBuffer(staticString: "\r\n"))
        } else {
            write(bytes)
        }
    }

    /// - Parameter trailer: Field lines behind a chunked body.
    package func finish(trailer: ByteBuffer?) {
        guard !isRequestWhole else { return }
        isRequestWhole = true
        guard isChunked else { return }
        var end = ByteBuffer(staticString: "0\r\n")
        if let trailer { end.writeImmutableBuffer(trailer) }
        end.writeStaticString("\r\n")
        write(end)
    }

    private func write(_ bytes: ByteBuffer) { context?.writeAndFlush(wrapOutboundOut(bytes), promise: nil) }

    /// Whether what was sent waits for the server.
    package var isCongested: Bool {
        guard let context, !context.channel.isWritable else { return false }
        owesDrained = true
        return true
    }

    /// Holds the answer back.
    package var isPaused = false { didSet { if oldValue, !isPaused { resumeReading() } } }

    package var isClosed: Bool { if case .closed = phase { true } else { false } }

    /// Nobody waits for the answer any more.
    package func close() {
        if case .closed = phase { return }
        phase = .closed
        receiver = nil
        context?.close(promise: nil)
    }

    // MARK: Channel events

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        pending.appendReceived(unwrapInboundIn(data))
        process()
    }

    package func read(context: ChannelHandlerContext) {
        if isPaused { isReadWithheld = true } else { context.read() }
    }

    private func resumeReading() {
        process()
        guard isReadWithheld, !isPaused else { return }
        isReadWithheld = false
        context?.read()
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard owesDrained, context.channel.isWritable else { return }
        owesDrained = false
        receiver?.drained()
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { ended() }
    }

    package func channelInactive(context: ChannelHandlerContext) { ended() }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) { ended() }

    /// The server has nothing more to say.
    private func ended() {
        let (before, receiver) = (phase, receiver)
        switch before {
        case .closed: return
        case .idle: onIdleEnd?(self)
        case .head, .body: break
        }
        close()
        switch before {
        case .closed, .idle: break
        case .head: receiver?.fails(parser.hasBegun ? .cutShort : .noAnswer)
        case .body(.untilEnd): receiver?.ends(trailer: nil)
        case .body: receiver?.fails(.cutShort)
        }
    }

    // MARK: Answers

    private func process() {
        guard !isProcessing else { return owesProcessing = true }
        isProcessing = true
        repeat {
            owesProcessing = false
            if let receiver { receiver.together(goOn) } else { goOn() }
            // What was sent together may have left at once, and the pause for it been ended, after all had been gone through.
        } while owesProcessing
        isProcessing = false
    }

    private func goOn() {
        while pending.readableBytes > 0 || isBodyOver, !isPaused {
            switch phase {
            // Bytes that nobody has asked for: none of them can be trusted to answer what is asked next.
            case .idle:
                onIdleEnd?(self)
                return close()
            case .head: guard takeHead() else { return }
            case .body(let decoder): guard takeBody(decoder) else { return }
            case .closed: return
            }
        }
    }

    /// A body without bytes ends without any.
    private var isBodyOver: Bool {
        if case .body(let decoder) = phase { decoder.isOver } else { false }
    }

    private func takeHead() -> Bool {
        if !parser.hasBegun { head.reset() }
        switch parser.parse(pending.readableBytesUInt8Span, into: &head) {
        case .incomplete: return false
        case .refused(let refusal):
            fail(.malformed(refusal))
            return false
        case .complete(let length):
            let bytes = pending.readSlice(length: length) ?? ByteBuffer()
            parser.reset()
            if let refusal = head.settleFraming(in: bytes, method: method) {
                fail(.malformed(refusal))
                return false
            }
            if head.isInterim {
                receiver?.informed(head)
            } else if head.status == 101 {
                return switches()
            } else {
                phase = .body(BodyDecoder(head.body, limits: limits))
                receiver?.begins(head)
            }
            return true
        }
    }

    private func takeBody(_ decoder: BodyDecoder) -> Bool {
        var (decoder, offset) = (decoder, 0)
        let event = decoder.next(in: pending.readableBytesUInt8Span, from: &offset)
        phase = .body(decoder)
        let bytes = pending.readSlice(length: offset)
        switch event {
        case .needMore: return false
        case .data(let range):
            if let piece = bytes?.getSlice(at: range.lowerBound, length: range.count) { receiver?.received(piece) }
            return true
        case .refused(let refusal):
            fail(.malformed(refusal))
            return false
        case .end:
            complete(trailer: decoder.trailer)
            return false
        }
    }

    private func complete(trailer: ByteBuffer?) {
        let receiver = receiver
        self.receiver = nil
        // What came beyond the answer answers nothing.
        if head.keepsAlive, isRequestWhole, pending.readableBytes == 0, let onIdle {
            pending = ByteBuffer()
            phase = .idle
            onIdle(self)
        } else {
            close()
        }
        receiver?.ends(trailer: trailer)
    }

    private func fail(_ failure: ClientFailure) {
        let receiver = receiver
        close()
        receiver?.fails(failure)
    }

    private func switches() -> Bool {
        guard let context, let receiver else { return false }
        phase = .closed
        self.receiver = nil
        let (channel, rest) = (context.channel, pending)
        pending = ByteBuffer()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
        receiver.switches(head, channel, rest: rest)
        return false
    }
}
