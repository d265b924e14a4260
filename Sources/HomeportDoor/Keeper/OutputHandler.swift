import NIOCore

/// Takes a program's output apart into lines. Where nobody takes them off, the program waits; after a second of that it
/// goes on, and lines are lost to whoever is too slow: a terminal that sleeps must not stop a server.
final class OutputHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Never

    /// Bytes of a line; a longer one is told in pieces.
    static let longestLine = 8 << 10
    private static let patience = TimeAmount.seconds(1)

    private let hasRoom: () -> Bool
    private let tell: (String) -> Void
    private var rest = ByteBuffer()
    private var waitsSince: NIODeadline?

    init(hasRoom: @escaping () -> Bool, tell: @escaping (String) -> Void) {
        self.hasRoom = hasRoom
        self.tell = tell
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if rest.readableBytes == 0 { rest = bytes } else { rest.writeBuffer(&bytes) }
        while rest.readableBytes > 0 {
            let view = rest.readableBytesView.prefix(Self.longestLine)
            if let end = view.firstIndex(of: UInt8(ascii: "\n")) {
                say(rest.readSlice(length: end - rest.readerIndex))
                rest.moveReaderIndex(forwardBy: 1)
            } else if view.count == Self.longestLine {
                say(rest.readSlice(length: Self.longestLine))
            } else {
                break
            }
        }
        rest.discardReadBytes()
    }

    func read(context: ChannelHandlerContext) {
        let now = NIODeadline.now()
        if hasRoom() || waitsSince.map({ now - $0 > Self.patience }) ?? false {
            // Until there is room again, it does not wait a second for each read.
            if hasRoom() { waitsSince = nil }
            return context.read()
        }
        if waitsSince == nil { waitsSince = now }
        let loop = context.eventLoop.assumeIsolated()
        loop.scheduleTask(in: .milliseconds(5)) { if context.channel.isActive { self.read(context: context) } }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if rest.readableBytes > 0 { say(rest.readSlice(length: rest.readableBytes)) }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func say(_ bytes: ByteBuffer?) {
        guard let bytes else { return }
        var view = bytes.readableBytesView
        if view.last == UInt8(ascii: "\r") { view.removeLast() }
        tell(String(decoding: view, as: UTF8.self))
    }
}
