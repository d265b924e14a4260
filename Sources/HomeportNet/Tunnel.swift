package import NIOCore

/// Two connections of one event loop joined: what comes from one goes to the other as it comes, each end with it. Whoever is
/// slow holds the other one back.
package enum Tunnel {
    /// - Parameters:
    ///   - one: With nothing left in its pipeline that takes bytes.
    ///   - ahead: What it has sent already.
    package static func join(
        _ one: any Channel,
        _ ahead: ByteBuffer,
        to other: any Channel,
        _ otherAhead: ByteBuffer
    ) throws {
        let (near, far) = (TunnelHandler(), TunnelHandler())
        (near.partner, far.partner) = (far, near)
        try one.pipeline.syncOperations.addHandler(near)
        try other.pipeline.syncOperations.addHandler(far)
        far.send(ahead)
        near.send(otherAhead)
        near.start()
        far.start()
    }
}

private final class TunnelHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Nil once either has ended.
    var partner: TunnelHandler?
    private var context: ChannelHandlerContext?
    private var isReadWithheld = false

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func start() {
        guard let context, context.channel.isActive else { return end() }
        read(context: context)
    }

    func send(_ bytes: ByteBuffer) {
        guard bytes.readableBytes > 0 else { return }
        context?.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { partner?.context?.write(data, promise: nil) }

    func channelReadComplete(context: ChannelHandlerContext) { partner?.context?.flush() }

    func read(context: ChannelHandlerContext) {
        if partner?.context?.channel.isWritable ?? true { context.read() } else { isReadWithheld = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { partner?.resumeReading() }
    }

    private func resumeReading() {
        guard isReadWithheld else { return }
        isReadWithheld = false
        context?.read()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else { return context.fireUserInboundEventTriggered(event) }
        partner?.context?.close(mode: .output, promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelInactive(context: ChannelHandlerContext) { end() }

    /// What the other end has been sent still leaves.
    private func end() {
        guard let other = partner else { return }
        (partner, other.partner) = (nil, nil)
        guard let context = other.context else { return }
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: written)
        written.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }
}
