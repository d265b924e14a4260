import HomeportCore
import HomeportNet
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file that is there whole, or not at all. What is no plain file (a pipe, a device) is written to as it is, and never replaced.
final class ExportFile: Sendable {
    private let path: String
    /// Written to in its place until all is there.
    private let part: String?
    private let descriptor: OpenFile
    private let written = Mutex<Int64>(0)

    var count: Int64 { written.withLock { $0 } }

    init(_ path: String) throws {
        self.path = path
        var facts = stat()
        let isPlain = stat(path, &facts) != 0 || facts.st_mode & S_IFMT == S_IFREG
        part = isPlain ? path + ".part" : nil
        let number = open(part ?? path, O_WRONLY | (isPlain ? O_CREAT | O_TRUNC : 0) | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw Self.error(path, errno) }
        descriptor = OpenFile(owning: number)
    }

    deinit { if let part { unlink(part) } }

    private static func error(_ path: String, _ errno: Int32) -> HomeportError {
        HomeportError(
            HomeportError.Code("export.file", .world),
            "the file cannot be written: \(SystemFailure.text(errno))",
            where: path,
            errno: errno
        )
    }

    func write(_ bytes: [UInt8]) throws {
        written.withLock { $0 += Int64(bytes.count) }
        do { try bytes.withUnsafeBytes { try WholeWrite.bytes($0, to: descriptor.descriptor) } } catch {
            throw Self.error(path, (error as? SystemFailure)?.errno ?? EIO)
        }
    }

    func finish() throws {
        guard let part else { return }
        guard rename(part, path) == 0 else { throw Self.error(path, errno) }
    }
}
