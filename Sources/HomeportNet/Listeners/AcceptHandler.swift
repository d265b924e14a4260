import NIOCore

/// Keeps a listening socket alive when accepting fails.
///
/// Without descriptors, `accept` fails and the socket stays readable: trying again at once would take the whole core. So
/// it waits a moment, says so once, and goes on when accepting works again.
final class AcceptHandler: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias OutboundIn = Never

    private let onRefusal: @Sendable (String) -> Void
    private var isWaiting = false
    private var hasSaidSo = false

    init(onRefusal: @escaping @Sendable (String) -> Void) { self.onRefusal = onRefusal }

    func read(context: ChannelHandlerContext) {
        if !isWaiting { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasSaidSo = false
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if !hasSaidSo {
            hasSaidSo = true
            onRefusal("accepting a connection failed: \(error)")
        }
        guard !isWaiting else { return }
        isWaiting = true
        let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: .milliseconds(100)) {
            let (handler, context) = loopBound.value
            handler.isWaiting = false
            context.read()
        }
    }
}
