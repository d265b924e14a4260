#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension Descriptor {
    /// A pipe, both ends closed on exec.
    package static func pipe() throws(SystemFailure) -> (read: CInt, write: CInt) {
        var ends: [CInt] = [-1, -1]
        guard unsharedPipe(&ends) == 0 else { throw SystemFailure("pipe", errno) }
        return (ends[0], ends[1])
    }

    /// `/dev/null`, for reading and writing.
    package static func null() throws(SystemFailure) -> Descriptor {
        let number = open("/dev/null", O_RDWR | O_CLOEXEC)
        guard number >= 0 else { throw SystemFailure("open", errno) }
        return Descriptor(owning: number)
    }

    /// Lets reads and writes wait, for who has no event loop.
    package static func setBlocking(_ number: CInt) {
        _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) & ~O_NONBLOCK)
    }
}
