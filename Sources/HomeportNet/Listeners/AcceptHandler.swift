import NIOCore

/// Keeps a listening socket alive when accepting fails.
///
/// Without descriptors, `accept` fails and the socket stays readable: trying again at once would take the whole core. So
/// it waits a moment, says so, though not each time, and goes on when accepting works again.
final class AcceptHandler: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private let onRefusal: @Sendable (String) -> Void
    private var isWaiting = false
    private var trouble = RecentTrouble()

    init(onRefusal: @escaping @Sendable (String) -> Void) { self.onRefusal = onRefusal }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if trouble.isNews() { onRefusal("accepting a connection failed: \(DialFailure.text(error))") }
        guard !isWaiting else { return }
        isWaiting = true
        // Holding back the next `read` would not do: where nothing was accepted, the one before is still pending, and NIO
        // goes on asking the socket. Turning reads off does take it out of the selector.
        try? context.channel.syncOptions?.setOption(.autoRead, value: false)
        let loopBound = NIOLoopBound((self, context.channel), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: .milliseconds(100)) {
            let (handler, channel) = loopBound.value
            handler.isWaiting = false
            try? channel.syncOptions?.setOption(.autoRead, value: true)
        }
    }
}
