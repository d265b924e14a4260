#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What a folder and all below it held at one moment: two of them tell what changed in between.
struct FolderSnapshot {
    private var files: [[UInt8]: FileFacts] = [:]
    /// There is more than was looked at.
    private(set) var isPartial = false

    /// Looking at so many takes a tenth of a second.
    static let mostFiles = 50_000

    /// - Parameter folder: Absolute path. One that is not there holds nothing.
    init(of folder: [UInt8]) {
        var level = [folder]
        while !level.isEmpty, !isPartial {
            var next: [[UInt8]] = []
            for folder in level { next += look(in: folder) }
            level = next
        }
    }

    func change(since before: FolderSnapshot) -> LiveChange? {
        var change: LiveChange?
        func note(_ path: [UInt8]) {
            let name = path.split(separator: UInt8(ascii: "/")).last.map(Array.init) ?? []
            guard let news = LiveChange(of: name) else { return }
            change = change?.and(news) ?? news
        }
        for (path, facts) in files where before.files[path] != facts { note(path) }
        for path in before.files.keys where files[path] == nil { note(path) }
        return change
    }

    /// - Returns: The folders in it.
    private mutating func look(in folder: [UInt8]) -> [[UInt8]] {
        guard let stream = CPath(folder).withPointer({ opendir($0) }) else { return [] }
        defer { closedir(stream) }
        var folders: [[UInt8]] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard name.first != UInt8(ascii: ".") else { continue }
            guard files.count < Self.mostFiles else {
                isPartial = true
                return folders
            }
            let path = folder + [UInt8(ascii: "/")] + name
            var raw = stat()
            guard CPath(path).withPointer({ lstat($0, &raw) }) == 0 else { continue }
            let facts = FileFacts(raw)
            if facts.kind == .folder {
                if !LiveChange.isPassedOver(name) { folders.append(path) }
            } else {
                files[path] = facts
            }
        }
        return folders
    }
}
