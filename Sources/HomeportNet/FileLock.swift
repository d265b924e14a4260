#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A lock that one process of this machine has at a time, on a file that stays empty; the kernel drops it when its holder
/// dies.
package final class FileLock: Sendable {
    private let descriptor: CInt

    private init(opening path: String) throws(SystemFailure) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SystemFailure("open", errno) }
    }

    /// Holds the thread up until it has it.
    /// - Throws: `EWOULDBLOCK` if somebody keeps it for longer than `seconds`.
    package convenience init(_ path: String, within seconds: Int = 30) throws(SystemFailure) {
        try self.init(opening: path)
        for _ in 0..<seconds * 200 {
            if try isHad() { return }
            usleep(5000)
        }
        throw SystemFailure("flock", EWOULDBLOCK)
    }

    /// Waits for it, and holds no thread up.
    /// - Throws: As the other one.
    package static func take(_ path: String, within seconds: Int = 30) async throws(SystemFailure) -> FileLock {
        let lock = try FileLock(opening: path)
        for _ in 0..<seconds * 200 {
            if try lock.isHad() { return lock }
            try? await Task.sleep(for: .milliseconds(5))
        }
        throw SystemFailure("flock", EWOULDBLOCK)
    }

    private func isHad() throws(SystemFailure) -> Bool {
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
        guard errno == EWOULDBLOCK || errno == EINTR else { throw SystemFailure("flock", errno) }
        return false
    }

    deinit { if descriptor >= 0 { close(descriptor) } }
}
