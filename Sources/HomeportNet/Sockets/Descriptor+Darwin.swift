#if os(macOS)
import Darwin

extension Descriptor {
    /// A TCP or unix stream socket, close-on-exec and nonblocking. Darwin cannot ask for both in `socket` itself.
    package static func stream(_ family: CInt) throws(SystemFailure) -> Descriptor { try socket(SOCK_STREAM, family) }

    /// A UDP socket, in the same way.
    package static func datagram(_ family: CInt) throws(SystemFailure) -> Descriptor { try socket(SOCK_DGRAM, family) }

    /// Two connected unix sockets, in the same way.
    package static func pair() throws(SystemFailure) -> DescriptorPair {
        var ends: [CInt] = [-1, -1]
        guard socketpair(AF_UNIX, SOCK_STREAM, 0, &ends) == 0 else { throw SystemFailure("socketpair", errno) }
        let pair = DescriptorPair(Descriptor(owning: ends[0]), Descriptor(owning: ends[1]))
        for end in ends {
            guard fcntl(end, F_SETFD, FD_CLOEXEC) == 0, fcntl(end, F_SETFL, O_NONBLOCK) == 0 else {
                throw SystemFailure("fcntl", errno)
            }
        }
        return pair
    }

    private static func socket(_ kind: CInt, _ family: CInt) throws(SystemFailure) -> Descriptor {
        let number = Darwin.socket(family, kind, 0)
        guard number >= 0 else { throw SystemFailure("socket", errno) }
        let owned = Descriptor(owning: number)
        guard fcntl(number, F_SETFD, FD_CLOEXEC) == 0, fcntl(number, F_SETFL, O_NONBLOCK) == 0 else {
            throw SystemFailure("fcntl", errno)
        }
        return owned
    }
}
#endif
