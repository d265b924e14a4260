import HomeportNet

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What a file system says of a file: enough to know whether it is still the one that was read.
struct FileFacts: Equatable {
    enum Kind { case file, folder, link, other }

    var device: UInt64
    var inode: UInt64
    var size: Int64
    /// Seconds since 1970, and nanoseconds.
    var modified: Int64
    var modifiedNanoseconds: Int64
    var changed: Int64
    var changedNanoseconds: Int64
    /// `rwxrwxrwx`.
    var permissions: UInt16
    var kind: Kind

    init(_ raw: borrowing stat) {
        device = UInt64(truncatingIfNeeded: raw.st_dev)
        inode = UInt64(raw.st_ino)
        size = max(0, Int64(raw.st_size))
        modified = Int64(raw.modification.tv_sec)
        modifiedNanoseconds = Int64(raw.modification.tv_nsec)
        changed = Int64(raw.change.tv_sec)
        changedNanoseconds = Int64(raw.change.tv_nsec)
        permissions = UInt16(truncatingIfNeeded: raw.st_mode & 0o777)
        kind =
            switch raw.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            case S_IFLNK: .link
            default: .other
            }
    }

    /// - Returns: nil where there is nothing, or nothing that may be looked at. Symlinks are followed.
    init?(at path: borrowing CPath) {
        var raw = stat()
        guard path.withPointer({ stat($0, &raw) }) == 0 else { return nil }
        self.init(raw)
    }

    /// At the name itself: a link is not followed.
    static func look(at name: borrowing CPath, in folder: OpenFile) -> Result<FileFacts, SystemFailure> {
        var raw = stat()
        let found = name.withPointer { fstatat(folder.descriptor, $0, &raw, AT_SYMLINK_NOFOLLOW) } == 0
        return found ? .success(FileFacts(raw)) : .failure(.last("fstatat"))
    }

    init?(of descriptor: CInt) {
        var raw = stat()
        guard fstat(descriptor, &raw) == 0 else { return nil }
        self.init(raw)
    }
}

extension FileFacts {
    /// Two changes within the file system's clock cannot be told apart. Whole seconds: no file system in use has a coarser
    /// clock than FAT, with two.
    private static let youth: Int64 = 2

    /// Whether the last change, of any kind, was so short ago that another could look the same.
    ///
    /// People set the time of modification as they like, and a build that writes every file "at the epoch" is the one
    /// whose edits must not be missed; nobody sets the time of change.
    func isYoung(_ now: Int64) -> Bool { now - changed <= Self.youth }

    /// What Last-Modified says: never later than Date (RFC 9110, section 8.8.2.1); nil for a file whose time means
    /// nothing, as reproducible builds leave it at 0 or 1.
    func lastModified(_ now: Int64) -> Int64? { modified <= 1 ? nil : min(modified, now) }
}

/// A path as the kernel takes it, ended by NUL, made once and used often.
struct CPath {
    private let raw: [CChar]

    /// - Precondition: `bytes` hold no NUL.
    init(_ bytes: some Collection<UInt8>) { raw = bytes.map { CChar(bitPattern: $0) } + [0] }

    borrowing func withPointer<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        raw.withUnsafeBufferPointer { buffer in
            // The array always holds at least its NUL.
            guard let start = buffer.baseAddress else { preconditionFailure("a path without its NUL") }
            return body(start)
        }
    }

    var length: Int { raw.count - 1 }

    /// Without the NUL.
    var bytes: [UInt8] { raw.dropLast().map { UInt8(bitPattern: $0) } }
}
