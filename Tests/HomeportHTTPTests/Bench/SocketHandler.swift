import NIOCore
import NIOEmbedded

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Plays the socket and the client behind it: takes what is written as far as the client has room, tells of writability
/// as NIO's sockets do (also in the middle of a flush), keeps half-closing apart from closing, and counts reads.
final class SocketHandler: ChannelOutboundHandler {
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    /// How many bytes the client still takes.
    private(set) var window = Int.max
    private(set) var received: [UInt8] = []
    private(set) var writes = 0
    private(set) var isOutputClosed = false
    private(set) var isClosed = false
    /// Whether the handler has asked for bytes and not been given any.
    var wantsBytes = false

    private var queue: CircularBuffer<(data: IOData, promise: EventLoopPromise<Void>?)> = []
    private var flushed = 0
    private var buffered = 0
    private var isFlushing = false

    private static let water = (low: 32 << 10, high: 64 << 10)

    // MARK: The client

    func take(_ count: Int, context: ChannelHandlerContext) {
        window += count
        drain(context)
    }

    func stall() { window = 0 }

    /// What the client has taken so far, once.
    func takeReceived() -> [UInt8] {
        defer { received = [] }
        return received
    }

    // MARK: The channel

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let data = unwrapOutboundIn(data)
        queue.append((data, promise))
        buffered += data.readableBytes
        if buffered > Self.water.high { setWritable(false, context) }
    }

    func flush(context: ChannelHandlerContext) {
        flushed = queue.count
        writes += 1
        drain(context)
    }

    func read(context: ChannelHandlerContext) { wantsBytes = true }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode == .output {
            isOutputClosed = true
            promise?.succeed()
            return
        }
        isClosed = true
        buffered = 0
        flushed = 0
        while let (_, waiting) = queue.popFirst() { waiting?.fail(ChannelError.ioOnClosedChannel) }
        show(context)
        context.close(mode: mode, promise: promise)
    }

    private func drain(_ context: ChannelHandlerContext) {
        guard !isFlushing else { return }
        isFlushing = true
        defer { isFlushing = false }
        while flushed > 0, !isClosed {
            guard let (data, promise) = queue.first else { break }
            let rest = deliver(data)
            buffered -= data.readableBytes - (rest?.readableBytes ?? 0)
            if let rest {
                queue[queue.startIndex] = (rest, promise)
            } else {
                queue.removeFirst()
                flushed -= 1
            }
            show(context)
            if rest == nil { promise?.succeed() }
            if buffered < Self.water.low { setWritable(true, context) }
            if rest != nil { break }
        }
        if !isClosed { show(context) }
    }

    /// - Returns: What the client has no room for.
    private func deliver(_ data: IOData) -> IOData? {
        switch data {
        case .byteBuffer(var bytes):
            let piece = bytes.readBytes(length: min(window, bytes.readableBytes)) ?? []
            accept(piece)
            return bytes.readableBytes > 0 ? .byteBuffer(bytes) : nil
        case .fileRegion(var region):
            var piece = [UInt8](repeating: 0, count: min(window, region.readableBytes))
            let count = try? region.fileHandle.withUnsafeFileDescriptor {
                pread($0, &piece, piece.count, off_t(region.readerIndex))
            }
            accept(piece.prefix(max(0, count ?? 0)))
            region.moveReaderIndex(forwardBy: max(0, count ?? 0))
            return region.readableBytes > 0 ? .fileRegion(region) : nil
        }
    }

    private func accept(_ piece: some Collection<UInt8>) {
        received += piece
        if window != .max { window -= piece.count }
    }

    private func setWritable(_ isWritable: Bool, _ context: ChannelHandlerContext) {
        guard let channel = context.channel as? EmbeddedChannel, channel.isWritable != isWritable else { return }
        channel.isWritable = isWritable
        context.fireChannelWritabilityChanged()
    }

    /// The embedded channel counts what was written and not flushed: a stand-in of the right size tells it how much waits
    /// here.
    private func show(_ context: ChannelHandlerContext) {
        context.flush()
        if buffered > 0 {
            context.write(NIOAny(ByteBuffer(repeating: 0, count: buffered)), promise: nil)
        }
    }
}
