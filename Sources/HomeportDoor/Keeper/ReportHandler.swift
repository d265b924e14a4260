import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Reads what a keeper tells, and cleans up after one that ended before its time.
final class ReportHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let keeper: Int32
    private let tell: (KeeperReport) -> Void
    private var rest = ByteBuffer()
    private var child: Int32 = 0
    private var isGone = false

    init(keeper: Int32, tell: @escaping (KeeperReport) -> Void) {
        self.keeper = keeper
        self.tell = tell
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        rest.writeBuffer(&bytes)
        while let end = rest.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
            let line = rest.readString(length: end - rest.readerIndex) ?? ""
            rest.moveReaderIndex(forwardBy: 1)
            guard let report = KeeperReport(line: line) else { continue }
            if case .started(let pid) = report { child = pid }
            if report == .gone { isGone = true } else { tell(report) }
        }
        rest.discardReadBytes()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelInactive(context: ChannelHandlerContext) {
        // Somebody has ended the keeper itself: what it kept is still known by its process group.
        if !isGone, child > 0 { kill(-child, SIGKILL) }
        reap(on: context.eventLoop, attempts: 1000)
    }

    /// It has closed its end and is about to end, or has.
    private func reap(on loop: any EventLoop, attempts: Int) {
        var status: Int32 = 0
        let answer = waitpid(keeper, &status, WNOHANG)
        guard answer == 0, attempts > 0 else { return tell(.gone) }
        loop.assumeIsolated().scheduleTask(in: .milliseconds(1)) { self.reap(on: loop, attempts: attempts - 1) }
    }
}
