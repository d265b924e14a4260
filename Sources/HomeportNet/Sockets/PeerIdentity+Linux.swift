#if os(Linux)
#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

extension PeerIdentity {
    package init?(of socket: CInt) {
        // struct ucred: pid, uid, gid. Written as an array because Glibc's module leaves the struct out.
        var credentials: [UInt32] = [0, 0, 0]
        var length = socklen_t(MemoryLayout<UInt32>.size * 3)
        guard getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 else { return nil }
        self.init(pid: Int32(bitPattern: credentials[0]), uid: credentials[1])
    }
}
#endif
