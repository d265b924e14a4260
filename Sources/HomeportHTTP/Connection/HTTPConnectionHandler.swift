package import HomeportNet
package import NIOCore

/// What every connection of a server is given.
package struct HTTPService: Sendable {
    package var responder: any Responder
    package var policy: (any RequestPolicy)?
    package var observer: (any ExchangeObserving)?
    /// Asked of each request, before anything else is done with it: who else is to have the connection. Told how often
    /// it was handed over already; nil keeps it.
    package var elsewhere:
        (@Sendable (_ head: RequestHead, _ loop: LoopState, _ transfers: Int) -> ((LeavingConnection) -> Void)?)?
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
package final class HTTPConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
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
    private(set) var peer = Peer.unknown
    private let client: Peer?

    var phase = Phase.head
    var parser: RequestParser
    var head = RequestHead()
    var exchange: ServerExchange?
    /// The last exchange, for the next request, if nobody kept it.
    var spare: ServerExchange?
    var pending = ByteBuffer()
    var isProcessing = false
    /// How many bytes of an unread body may still be thrown away before the connection is not worth keeping.
    var drainBudget = 0
    private(set) var clientHasFinished = false
    /// Whether the present answer is the last, whatever its head said.
    var endsAfterAnswer = false
    var isHalfClosed = false
    private(set) var isQuiescing = false

    // Output
    var output = ByteBuffer()
    private(set) var isInReadCycle = false
    var isCollecting = false
    var pieces = CircularBuffer<Piece>(initialCapacity: 0)
    var isFileMoving = false
    /// Made for the first file.
    var cork: Cork?
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
    /// When a client that sends no more is looked for again, from the last look.
    var nextLook = HTTPConnectionHandler.firstLook
    /// How much was handed to the channel, and how much of it had left when progress was last looked at.
    var handedOver = 0
    var leftBefore = 0

    /// How often the connection was handed from process to process since the last request that was answered.
    var transfers: Int

    /// - Parameter peer: Who asks, where that is not whom the channel leads to.
    package init(service: HTTPService, loop: LoopState, transfers: Int = 0, for peer: Peer? = nil) {
        client = peer
        self.transfers = transfers
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
        peer = client ?? Peer(of: context.channel)
        service.observer?.connected(peer)
        expect(.idle)
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch phase {
        case .lingering, .closed: return
        case .head, .body, .answering: break
        }
        if !isInReadCycle {
            isInReadCycle = true
            if output.capacity == 0 { output = loop.takeScratch() }
        }
        pending.appendReceived(unwrapInboundIn(data))
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
}
