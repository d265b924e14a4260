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
/// A watch belongs to one folder, so each folder gets one, and each new folder gets one when its making is told. The
/// kernel's queue is read on a loop of its own, away from those that serve: looking through a new tree takes a while.
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
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = FolderWatchHandler(queue, folder, onWarning: onWarning, onChange: onChange)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .takingOwnershipOfDescriptor(input: queue)
            .get()
        return FolderWatch(channel)
    }

    func stop() async { try? await channel.close() }
}

private final class FolderWatchHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let queue: CInt
    private let root: String
    private let onWarning: @Sendable (String) -> Void
    private let onChange: @Sendable (LiveChange) -> Void
    /// Where each watch is; relative names in events start there.
    private var folders: [CInt: String] = [:]
    private var rootWatch: CInt = -1
    private var hasWarned = false
    private var pending: LiveChange?
    private var unfinished = ByteBuffer()

    /// Editors write in several steps, and builds in thousands: one reload for all of them.
    private static let quiet = TimeAmount.milliseconds(50)
    /// How often a folder that is gone is looked for.
    private static let retry = TimeAmount.milliseconds(200)
    private static let mostFolders = 20_000

    private static let interesting = UInt32(
        IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF
    )

    init(
        _ queue: CInt,
        _ root: String,
        onWarning: @escaping @Sendable (String) -> Void,
        onChange: @escaping @Sendable (LiveChange) -> Void
    ) {
        self.queue = queue
        self.root = root
        self.onWarning = onWarning
        self.onChange = onChange
    }

    func channelActive(context: ChannelHandlerContext) { watchRoot(context) }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { watchRoot(context) }
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
            take(head.0, head.1, String(decoding: name.prefix { $0 != 0 }, as: UTF8.self), context)
        }
        unfinished.discardReadBytes()
    }

    private func take(_ watch: CInt, _ mask: UInt32, _ name: String, _ context: ChannelHandlerContext) {
        if mask & UInt32(IN_Q_OVERFLOW) != 0 {
            addFolders(below: root)
            return note(.page, context)
        }
        if watch == rootWatch, mask & UInt32(IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED) != 0 {
            forgetAll()
            return watchRoot(context)
        }
        if mask & UInt32(IN_IGNORED) != 0 {
            folders[watch] = nil
            return
        }
        // Hidden files are not served, and editors keep their copies in them.
        guard let folder = folders[watch], !name.isEmpty, !name.hasPrefix("."), !name.hasSuffix("~") else { return }
        if mask & UInt32(IN_ISDIR) != 0, mask & UInt32(IN_CREATE | IN_MOVED_TO) != 0 {
            addFolders(below: "\(folder)/\(name)")
        }
        note(name.lowercased().hasSuffix(".css") ? .styles : .page, context)
    }

    private func note(_ change: LiveChange, _ context: ChannelHandlerContext) {
        guard let before = pending else {
            pending = change
            context.eventLoop.assumeIsolated().scheduleTask(in: Self.quiet) {
                if let pending = self.pending { self.onChange(pending) }
                self.pending = nil
            }
            return
        }
        if before == .styles { pending = change }
    }

    /// Starts anew at the root's path, and again later while there is nothing.
    private func watchRoot(_ context: ChannelHandlerContext) {
        rootWatch = inotify_add_watch(queue, root, Self.interesting | UInt32(IN_ONLYDIR))
        guard rootWatch >= 0 else {
            context.eventLoop.assumeIsolated().scheduleTask(in: Self.retry) {
                guard context.channel.isActive else { return }
                self.watchRoot(context)
                if self.rootWatch >= 0 { self.note(.page, context) }
            }
            return
        }
        folders[rootWatch] = root
        addFolders(in: root)
    }

    private func forgetAll() {
        for watch in folders.keys { inotify_rm_watch(queue, watch) }
        folders = [:]
        rootWatch = -1
    }

    private func addFolders(below folder: String) {
        guard folders.count < Self.mostFolders else { return warn("it has more than \(Self.mostFolders) folders") }
        let watch = inotify_add_watch(queue, folder, Self.interesting | UInt32(IN_ONLYDIR | IN_DONT_FOLLOW))
        guard watch >= 0 else {
            if errno == ENOSPC {
                warn("the system's limit is reached; raise it: sysctl fs.inotify.max_user_watches=524288")
            }
            return
        }
        folders[watch] = folder
        addFolders(in: folder)
    }

    private func addFolders(in folder: String) {
        guard let stream = opendir(folder) else { return }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            guard entry.pointee.d_type == UInt8(DT_DIR) || entry.pointee.d_type == UInt8(DT_UNKNOWN) else { continue }
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { addFolders(below: "\(folder)/\(name)") }
        }
    }

    private func warn(_ why: String) {
        guard !hasWarned else { return }
        hasWarned = true
        onWarning("live reload sees changes in only \(folders.count) folders of \(root): \(why)")
    }
}
#endif
