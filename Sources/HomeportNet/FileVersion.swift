#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What tells a file from what was at its path before.
package struct FileVersion: Sendable, Hashable {
    private let device: UInt64
    private let inode: UInt64
    /// In bytes.
    package let size: Int64
    private let seconds: Int
    private let nanoseconds: Int

    /// - Returns: nil where there is no file.
    package init?(of path: String) {
        var facts = stat()
        guard stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return nil }
        device = UInt64(truncatingIfNeeded: facts.st_dev)
        inode = UInt64(facts.st_ino)
        size = Int64(facts.st_size)
        seconds = Int(facts.modification.tv_sec)
        nanoseconds = Int(facts.modification.tv_nsec)
    }
}
