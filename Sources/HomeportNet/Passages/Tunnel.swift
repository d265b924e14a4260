package import NIOCore

/// Two connections of one event loop joined: what comes from one goes to the other as it comes, each end with it. Whoever is
/// slow holds the other one back.
package enum Tunnel {
    /// - Parameters:
    ///   - one: With nothing left in its pipeline that takes bytes.
    ///   - ahead: What it has sent already.
    ///   - observer: Told what passes, if ``one`` is the client.
    package static func join(
        _ one: any Channel,
        _ ahead: ByteBuffer,
        to other: any Channel,
        _ otherAhead: ByteBuffer,
        observer: (any PassageObserver)? = nil
    ) throws {
        let far = TunnelEnd()
        try other.pipeline.syncOperations.addHandler(far)
        try join(one, ahead, to: far, otherAhead, observer: observer)
    }

    /// - Parameter far: Already in its pipeline.
    package static func join(
        _ one: any Channel,
        _ ahead: ByteBuffer,
        to far: TunnelEnd,
        _ otherAhead: ByteBuffer = ByteBuffer(),
        observer: (any PassageObserver)? = nil
    ) throws {
        let near = TunnelEnd()
        try one.pipeline.syncOperations.addHandler(near)
        join(near, far, ahead, otherAhead, observer: observer)
    }

    /// Both are in their pipelines already.
    package static func join(
        _ near: TunnelEnd,
        _ far: TunnelEnd,
        _ ahead: ByteBuffer = ByteBuffer(),
        _ otherAhead: ByteBuffer = ByteBuffer(),
        observer: (any PassageObserver)? = nil
    ) {
        (near.partner, far.partner) = (far, near)
        (near.observer, far.observer) = (observer, observer)
        near.isClient = true
        far.pass(ahead)
        near.pass(otherAhead)
        near.start()
        far.start()
    }
}

/// One end of a tunnel. Nothing is read until it is joined to the other.
package final class TunnelEnd: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    /// Nil once either has ended.
    fileprivate var partner: TunnelEnd?
    fileprivate var observer: (any PassageObserver)?
    fileprivate var isClient = false
    private var isBroken = false
    private var context: ChannelHandlerContext?
    private var isReadWithheld = false

    package init() {}

    package func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    package func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    fileprivate func start() {
        guard let context, context.channel.isActive else { return end() }
        isReadWithheld = false
        read(context: context)
    }

    /// What the other end had sent before they were joined.
    fileprivate func pass(_ bytes: ByteBuffer) {
        guard bytes.readableBytes > 0 else { return }
        partner?.observe(bytes)
        context?.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    }

    private func observe(_ bytes: ByteBuffer) {
        guard let observer else { return }
        if isClient { observer.came(bytes) } else { observer.went(bytes) }
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if observer != nil { observe(unwrapInboundIn(data)) }
        partner?.context?.write(data, promise: nil)
    }

    package func channelReadComplete(context: ChannelHandlerContext) { partner?.context?.flush() }

    package func read(context: ChannelHandlerContext) {
        if partner?.context?.channel.isWritable ?? false { context.read() } else { isReadWithheld = true }
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { partner?.resumeReading() }
    }

    private func resumeReading() {
        guard isReadWithheld else { return }
        isReadWithheld = false
        context?.read()
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else { return context.fireUserInboundEventTriggered(event) }
        partner?.context?.close(mode: .output, promise: nil)
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        isBroken = true
        context.close(promise: nil)
    }

    package func channelInactive(context: ChannelHandlerContext) { end() }

    /// What the other end has been sent still leaves.
    private func end() {
        guard let other = partner else { return }
        (partner, other.partner) = (nil, nil)
        observer?.ended(isBroken: isBroken)
        (observer, other.observer) = (nil, nil)
        guard let context = other.context else { return }
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: written)
        written.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }
}
