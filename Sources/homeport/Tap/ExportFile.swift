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

/// A file that is there whole, or not at all.
final class ExportFile: Sendable {
    private let path: String
    private let descriptor: OpenFile
    private let written = Mutex<Int64>(0)

    var count: Int64 { written.withLock { $0 } }

    init(_ path: String) throws {
        self.path = path
        let number = open(path + ".part", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw Self.error(path, errno) }
        descriptor = OpenFile(owning: number)
    }

    deinit { unlink(path + ".part") }

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
        guard rename(path + ".part", path) == 0 else { throw Self.error(path, errno) }
    }
}
