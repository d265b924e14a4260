#if os(Linux)
#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

extension Descriptor {
    /// A TCP or unix stream socket, close-on-exec and nonblocking from its first moment: flags set by a later `fcntl`
    /// would leave a gap in which another thread's `fork` takes the port along into a child.
    package static func stream(_ family: CInt) throws(SystemFailure) -> Descriptor {
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let number = socket(family, kind, 0)
        guard number >= 0 else { throw SystemFailure("socket", errno) }
        return Descriptor(owning: number)
    }
}
#endif
