import HomeportHTTP
import HomeportNet

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What is in a folder, as far as it is served.
struct FolderContents {
    var entries: [ListingEntry] = []
    /// There is more than was read.
    var isTruncated = false

    /// What reading stops at: some tens of megabytes of memory.
    static let mostRead = 100_000

    /// - Parameter path: The folder's own, beneath the root.
    init(of folder: OpenFile, at path: [UInt8], in root: Root) throws(SystemFailure) {
        let descriptor = openat(folder.descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last("openat") }
        guard let stream = fdopendir(descriptor) else {
            let error = SystemFailure.last("fdopendir")
            close(descriptor)
            throw error
        }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            // What no path can ask for is not offered: see RequestPath.
            guard let first = name.first, first != ASCII.dot, !name.contains(ASCII.backslash) else { continue }
            guard entries.count < Self.mostRead else {
                isTruncated = true
                return
            }
            if let entry = Self.describe(name, in: descriptor, at: path, root) { entries.append(entry) }
        }
    }

    private static func describe(
        _ name: [UInt8],
        in folder: CInt,
        at path: [UInt8],
        _ root: Root
    ) -> ListingEntry? {
        var raw = stat()
        guard CPath(name).withPointer({ fstatat(folder, $0, &raw, AT_SYMLINK_NOFOLLOW) }) == 0 else { return nil }
        let isLink = raw.st_mode & S_IFMT == S_IFLNK
        // A link that leads nowhere, or outside, is shown as what it is: something that is not served.
        let target = isLink ? root.facts(path.isEmpty ? name : path + [ASCII.slash] + name) : nil
        let facts = target ?? FileFacts(raw)
        return ListingEntry(
            name: String(decoding: name, as: UTF8.self),
            path: RequestPath.encode(name),
            kind: facts.kind == .folder ? .folder : facts.kind == .file ? .file : .other,
            size: facts.kind == .file ? facts.size : 0,
            modified: facts.modified,
            symlink: isLink
        )
    }
}
