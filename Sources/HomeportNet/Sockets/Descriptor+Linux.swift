#if os(Linux)
#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

extension Descriptor {
    /// A TCP or unix stream socket, close-on-exec and nonblocking from its first moment: flags set by a later `fcntl`
    /// would leave a gap in which another thread's `fork` takes the port along into a child.
    package static func stream(_ family: CInt) throws(SystemFailure) -> Descriptor { try socket(SOCK_STREAM, family) }

    /// A UDP socket, in the same way.
    package static func datagram(_ family: CInt) throws(SystemFailure) -> Descriptor { try socket(SOCK_DGRAM, family) }

    /// Two connected unix sockets, in the same way.
    package static func pair() throws(SystemFailure) -> DescriptorPair {
        var ends: (CInt, CInt) = (-1, -1)
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let answer = withUnsafeMutableBytes(of: &ends) {
            socketpair(AF_UNIX, kind, 0, $0.assumingMemoryBound(to: CInt.self).baseAddress)
        }
        guard answer == 0 else { throw SystemFailure("socketpair", errno) }
        return DescriptorPair(Descriptor(owning: ends.0), Descriptor(owning: ends.1))
    }

    private static func socket(_ type: __socket_type, _ family: CInt) throws(SystemFailure) -> Descriptor {
        let kind = CInt(type.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let number = systemSocket(family, kind, 0)
        guard number >= 0 else { throw SystemFailure("socket", errno) }
        return Descriptor(owning: number)
    }
}

/// `socket`, under a name that a method of that name does not hide.
private func systemSocket(_ family: CInt, _ kind: CInt, _ number: CInt) -> CInt { socket(family, kind, number) }
#endif
