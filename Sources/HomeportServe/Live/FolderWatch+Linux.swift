#if os(Linux)
import HomeportCore
import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Watches a folder and all below it, by inotify(7).
///
/// The kernel's queue is read on a loop of its own, away from those that serve: looking through a new tree takes a while.
final class FolderWatch: Sendable {
    private let channel: any Channel

    private init(_ channel: any Channel) { self.channel = channel }

    static func start(
        _ folder: String,
        onWarning: @escaping @Sendable (String) -> Void,
        onChange: @escaping @Sendable (LiveChange) -> Void
    ) async throws -> FolderWatch {
        let queue = inotify_init1(CInt(IN_NONBLOCK) | CInt(IN_CLOEXEC))
        guard queue >= 0 else {
            throw HomeportError(
                HomeportError.Code("live.watch", .world),
                "changes in the folder cannot be watched",
                where: folder,
                fix: "raise the limit: sysctl fs.inotify.max_user_instances=1024",
                errno: errno
            )
        }
        let channel = try await NIOPipeBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            // A read that has no room for the next event fails, and an event is as long as its file's name.
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 64 << 10))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let tree = WatchedTree(root: folder, queue: queue, onWarning: onWarning)
                    let handler = FolderWatchHandler(tree, onChange: onChange)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .takingOwnershipOfDescriptor(input: queue)
            .get()
        return FolderWatch(channel)
    }

    func stop() async { try? await channel.close() }
}

/// From the kernel's events to changes, one for many.
private final class FolderWatchHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private var tree: WatchedTree
    private let onChange: @Sendable (LiveChange) -> Void
    private var pending: (change: LiveChange, since: NIODeadline, told: Scheduled<Void>)?
    private var unfinished = ByteBuffer()

    /// Editors write in several steps, and builds in thousands: one reload for all of them, when they are done…
    private static let quiet = TimeAmount.milliseconds(50)
    /// …or at least this often, where something never is.
    private static let patience = TimeAmount.milliseconds(500)
    /// How often the root is looked at: no event tells that a link on the way to it was turned elsewhere.
    private static let look = TimeAmount.seconds(1)
    /// And how often while there is none.
    private static let search = TimeAmount.milliseconds(100)

    init(_ tree: WatchedTree, onChange: @escaping @Sendable (LiveChange) -> Void) {
        self.tree = tree
        self.onChange = onChange
    }

    func channelActive(context: ChannelHandlerContext) { start(context) }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { start(context) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        unfinished.writeBuffer(&bytes)
        // struct inotify_event: watch, mask, cookie, length of the name, name padded with NULs.
        while let head = unfinished.getMultipleIntegers(
            at: unfinished.readerIndex,
            endianness: .host,
            as: (Int32, UInt32, UInt32, UInt32).self
        ), unfinished.readableBytes >= 16 + Int(head.3) {
            unfinished.moveReaderIndex(forwardBy: 16)
            let name = unfinished.readBytes(length: Int(head.3)) ?? []
            let change = tree.take(watch: head.0, mask: head.1, name: Array(name.prefix { $0 != 0 }))
            if let change { note(change, context) }
        }
        unfinished.discardReadBytes()
    }

    private func start(_ context: ChannelHandlerContext) {
        _ = tree.lookForRoot()
        lookAgain(context)
    }

    private func lookAgain(_ context: ChannelHandlerContext) {
        context.eventLoop.assumeIsolated().scheduleTask(in: tree.hasRoot ? Self.look : Self.search) {
            guard context.channel.isActive else { return }
            if self.tree.lookForRoot() { self.note(.page, context) }
            self.lookAgain(context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        pending?.told.cancel()
        pending = nil
        context.fireChannelInactive()
    }

    private func note(_ change: LiveChange, _ context: ChannelHandlerContext) {
        let since = pending?.since ?? .now()
        let whole = pending?.change.and(change) ?? change
        pending?.told.cancel()
        let due = min(.now() + Self.quiet, since + Self.patience)
        let told = context.eventLoop.assumeIsolated().scheduleTask(deadline: due) {
            self.pending = nil
            self.onChange(whole)
        }
        pending = (whole, since, told)
    }
}
#endif
