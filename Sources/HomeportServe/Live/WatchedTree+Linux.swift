#if os(Linux)
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Which folders are watched. A watch belongs to one folder, so each folder gets one, and each new folder gets one when
/// its making is told.
struct WatchedTree {
    private let root: [UInt8]
    private let queue: CInt
    private let onWarning: @Sendable (String) -> Void
    /// Where each watch is; the names in its events are names in there.
    private var folders: [CInt: [UInt8]] = [:]
    /// Which folder was watched as the root.
    private var rootFacts: FileFacts?
    private var hasWarned = false

    /// Beyond it, what is left of the system's limit should be left to others.
    private static let mostFolders = 20_000

    private static let interesting = UInt32(
        IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF
            | IN_ONLYDIR
    )

    init(root: String, queue: CInt, onWarning: @escaping @Sendable (String) -> Void) {
        self.root = Array(root.utf8)
        self.queue = queue
        self.onWarning = onWarning
    }

    var hasRoot: Bool { rootFacts != nil }

    /// Starts anew where the root's path leads to another folder than before, or to none.
    /// - Returns: Whether it does.
    mutating func lookForRoot() -> Bool {
        let facts = FileFacts(at: CPath(root)).flatMap { $0.kind == .folder ? $0 : nil }
        guard facts?.inode != rootFacts?.inode || facts?.device != rootFacts?.device else { return false }
        forget(below: root)
        rootFacts = facts
        if facts != nil { add(root, flags: 0) }
        return true
    }

    /// - Returns: What an event means to pages; nil for nothing.
    mutating func take(watch: CInt, mask: UInt32, name: [UInt8]) -> LiveChange? {
        if mask & UInt32(IN_Q_OVERFLOW) != 0 {
            // Nobody knows what was missed. What is watched already stays so.
            add(root, flags: 0)
            return .page
        }
        guard let folder = folders[watch] else { return nil }
        if mask & UInt32(IN_IGNORED) != 0 {
            folders[watch] = nil
            return nil
        }
        if mask & UInt32(IN_DELETE_SELF | IN_MOVE_SELF) != 0 {
            return folder == root && lookForRoot() ? .page : nil
        }
        if mask & UInt32(IN_ISDIR) != 0 {
            guard !LiveChange.isPassedOver(name) else { return nil }
            let path = folder + [UInt8(ascii: "/")] + name
            if mask & UInt32(IN_MOVED_FROM) != 0 { forget(below: path) }
            if mask & UInt32(IN_CREATE | IN_MOVED_TO) != 0 { add(path) }
            return .page
        }
        return LiveChange(of: name)
    }

    private mutating func forget(below path: [UInt8]) {
        for (watch, folder) in folders where folder == path || folder.starts(with: path + [UInt8(ascii: "/")]) {
            inotify_rm_watch(queue, watch)
            folders[watch] = nil
        }
    }

    /// Adds a folder, and then those in it, level by level: where there are too many, the deep ones are left out.
    private mutating func add(_ folder: [UInt8], flags: Int32 = IN_DONT_FOLLOW) {
        var level = [folder]
        var flags = UInt32(flags)
        while !level.isEmpty {
            var next: [[UInt8]] = []
            for folder in level {
                guard folders.count < Self.mostFolders else {
                    return warn("it has more, and \(Self.mostFolders) are the most: serve a smaller folder")
                }
                let watch = CPath(folder).withPointer { inotify_add_watch(queue, $0, Self.interesting | flags) }
                guard watch >= 0 else {
                    if errno == ENOSPC {
                        return warn("the system's limit is reached: sysctl fs.inotify.max_user_watches=524288")
                    }
                    continue
                }
                folders[watch] = folder
                next += Self.folders(in: folder)
            }
            level = next
            flags = UInt32(IN_DONT_FOLLOW)
        }
    }

    private static func folders(in folder: [UInt8]) -> [[UInt8]] {
        guard let stream = CPath(folder).withPointer({ opendir($0) }) else { return [] }
        defer { closedir(stream) }
        var found: [[UInt8]] = []
        while let entry = readdir(stream) {
            // What the file system does not tell is found out by trying: only folders can be watched.
            guard entry.pointee.d_type == UInt8(DT_DIR) || entry.pointee.d_type == UInt8(DT_UNKNOWN) else { continue }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if !LiveChange.isPassedOver(name) { found.append(folder + [UInt8(ascii: "/")] + name) }
        }
        return found
    }

    private mutating func warn(_ why: String) {
        guard !hasWarned else { return }
        hasWarned = true
        let root = String(decoding: root, as: UTF8.self)
        onWarning("live reload sees changes in only \(folders.count) folders of \(root); \(why)")
    }
}
#endif
