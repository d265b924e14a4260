package import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A connection that leaves this process whole: its socket, and what was read of it and not yet used.
package struct LeavingConnection: Sendable {
    /// Owned.
    package let descriptor: CInt
    package let ahead: ByteBuffer

    package init(descriptor: CInt, ahead: ByteBuffer) {
        self.descriptor = descriptor
        self.ahead = ahead
    }
}

/// Takes a channel apart: what it was told to send leaves first, what still arrives is kept, and then the socket goes on
/// without the channel.
///
/// Added to the pipeline in place of whoever handled the connection.
package final class LeavingHandler: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    private var ahead: ByteBuffer
    private let done: (LeavingConnection?) -> Void

    /// - Parameters:
    ///   - ahead: What was read and not used.
    ///   - done: Called on the loop, with nil where the connection has ended meanwhile.
    package init(ahead: ByteBuffer, done: @escaping (LeavingConnection?) -> Void) {
        self.ahead = ahead
        self.done = done
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: written)
        written.futureResult.assumeIsolated().whenComplete { _ in self.leave(context) }
        // A client that takes nothing of what it was sent is not worth more.
        let timer = context.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) { context.close(promise: nil) }
        written.futureResult.assumeIsolated().whenComplete { _ in timer.cancel() }
    }

    private static let patience = TimeAmount.seconds(10)

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        ahead.writeBuffer(&bytes)
    }

    /// Nothing more is read here.
    package func read(context: ChannelHandlerContext) {}

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {}

    private func leave(_ context: ChannelHandlerContext) {
        let copy = try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
            fcntl($0, F_DUPFD_CLOEXEC, 0)
        }
        let isOpen = context.channel.isActive
        context.close(promise: nil)
        if !isOpen, let copy, copy >= 0 { _ = Descriptor(owning: copy) }
        guard isOpen, let copy, copy >= 0 else { return done(nil) }
        done(LeavingConnection(descriptor: copy, ahead: ahead))
    }
}
