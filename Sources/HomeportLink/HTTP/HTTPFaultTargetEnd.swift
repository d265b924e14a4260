import HomeportNet
import NIOCore
import NIOHTTP1

/// The end towards the target: sends requests, and takes its answers.
final class HTTPFaultTargetEnd: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    var client: HTTPFaultClientEnd?
    private var context: ChannelHandlerContext?
    private var codec: (encoder: HTTPRequestEncoder, decoder: ByteToMessageHandler<HTTPResponseDecoder>)?
    private var isReadWithheld = false
    private var isRaw = false

    func add(to channel: any Channel) throws {
        var plain = HTTPRequestEncoder.Configuration()
        plain.automaticallySetFramingHeaders = false
        let encoder = HTTPRequestEncoder(configuration: plain)
        let decoder = ByteToMessageHandler(
            HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes, informationalResponseStrategy: .forward)
        )
        codec = (encoder, decoder)
        try channel.pipeline.syncOperations.addHandlers([encoder, decoder, self])
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    var isWritable: Bool { context?.channel.isWritable ?? true }

    func send(_ part: HTTPClientRequestPart) {
        guard let context else { return }
        context.writeAndFlush(wrapOutboundOut(part), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isRaw { return context.fireChannelRead(data) }
        client?.answer(unwrapInboundIn(data))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if isRaw { context.fireChannelReadComplete() } else { client?.answersWritten() }
    }

    func read(context: ChannelHandlerContext) {
        if isRaw || client?.isWritable ?? true { context.read() } else { isReadWithheld = true }
    }

    func resumeReading() {
        guard isReadWithheld, client?.isWritable ?? true else { return }
        isReadWithheld = false
        context?.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if isRaw { context.fireChannelWritabilityChanged() } else { client?.resumeReading() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if isRaw { return context.fireUserInboundEventTriggered(event) }
        // The decoder has ended a body that lasts until here.
        if case ChannelEvent.inputClosed = event { close() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if isRaw { context.fireErrorCaught(error) } else { close() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if isRaw { context.fireChannelInactive() }
        client?.targetClosed()
        client = nil
    }

    func close() { context?.close(promise: nil) }

    /// Both ends carry bytes from now on.
    func upgrade(beside other: ChannelHandlerContext, _ decoder: ByteToMessageHandler<HTTPRequestDecoder>) throws {
        guard let context, let codec else { return close() }
        isRaw = true
        let loop = context.eventLoop
        try Tunnel.join(other.channel, ByteBuffer(), to: context.channel, ByteBuffer())
        context.pipeline.syncOperations.removeHandler(codec.encoder, promise: nil)
        // What they have read too far they hand on when they go, and it is to leave at once.
        for (decoder, pipeline) in [
            (decoder as any RemovableChannelHandler, other.pipeline), (codec.decoder, context.pipeline),
        ] {
            let gone = loop.makePromise(of: Void.self)
            pipeline.syncOperations.removeHandler(decoder, promise: gone)
            gone.futureResult.assumeIsolated().whenComplete { _ in pipeline.fireChannelReadComplete() }
        }
    }
}
