package import NIOCore
import NIOPosix

/// One question and its whole answer over a connection of its own, for callers that ask seldom.
package enum OneShot {
    /// Where such connections live.
    package static var loop: any EventLoop { MultiThreadedEventLoopGroup.singleton.next() }

    /// Sends `question` and collects what comes until the other side closes.
    /// - Parameters:
    ///   - path: Of a unix socket.
    ///   - limit: Bytes of the answer; beyond it the connection is closed.
    /// - Throws: `IOError` if nobody listens there; `ChannelError.connectTimeout` if the answer takes too long.
    package static func ask(
        unixSocket path: String,
        _ question: ByteBuffer,
        limit: Int,
        within time: TimeAmount
    ) async throws -> ByteBuffer {
        try await ask(AddressDialer(.unix(path), deadline: time), question, limit: limit, within: time)
    }

    /// The same, wherever `dialer` leads.
    package static func ask(
        _ dialer: some Dialer,
        _ question: ByteBuffer,
        limit: Int,
        within time: TimeAmount
    ) async throws -> ByteBuffer {
        let loop = loop
        let answer = loop.makePromise(of: ByteBuffer.self)
        let channel: any Channel
        do {
            channel = try await dialer.dial(on: loop) { channel in
                try channel.pipeline.syncOperations.addHandler(CollectHandler(answer, limit: limit))
            }
            .get()
        } catch {
            answer.fail(error)
            throw error
        }
        let timeout = loop.scheduleTask(in: time) {
            answer.fail(ChannelError.connectTimeout(time))
            channel.close(promise: nil)
        }
        channel.writeAndFlush(question, promise: nil)
        defer { timeout.cancel() }
        return try await answer.futureResult.get()
    }
}

private final class CollectHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let answer: EventLoopPromise<ByteBuffer>
    private let limit: Int
    private var collected = ByteBuffer()

    init(_ answer: EventLoopPromise<ByteBuffer>, limit: Int) {
        self.answer = answer
        self.limit = limit
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        collected.writeBuffer(&bytes)
        if collected.readableBytes > limit { context.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) { answer.succeed(collected) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        answer.fail(error)
        context.close(promise: nil)
    }
}
