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

    /// Waits for it.
    /// - Throws: `EWOULDBLOCK` if somebody keeps it for longer than `seconds`.
    package init(_ path: String, within seconds: Int = 30) throws(SystemFailure) {
        let number = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw SystemFailure("open", errno) }
        descriptor = number
        for _ in 0..<seconds * 200 {
            if flock(number, LOCK_EX | LOCK_NB) == 0 { return }
            guard errno == EWOULDBLOCK || errno == EINTR else { throw SystemFailure("flock", errno) }
            usleep(5000)
        }
        throw SystemFailure("flock", EWOULDBLOCK)
    }

    deinit { close(descriptor) }
}
