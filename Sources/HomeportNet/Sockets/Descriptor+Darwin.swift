#if os(macOS)
import Darwin

extension Descriptor {
    /// A TCP or unix stream socket, close-on-exec and nonblocking. Darwin cannot ask for both in `socket` itself.
    package static func stream(_ family: CInt) throws(SystemFailure) -> Descriptor {
        let number = socket(family, SOCK_STREAM, 0)
        guard number >= 0 else { throw SystemFailure("socket", errno) }
        let owned = Descriptor(owning: number)
        guard fcntl(number, F_SETFD, FD_CLOEXEC) == 0, fcntl(number, F_SETFL, O_NONBLOCK) == 0 else {
            throw SystemFailure("fcntl", errno)
        }
        return owned
    }
}
#endif
