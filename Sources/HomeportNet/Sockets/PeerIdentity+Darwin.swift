#if os(macOS)
import Darwin

extension PeerIdentity {
    package init?(of socket: CInt) {
        var pid: pid_t = 0
        var length = socklen_t(MemoryLayout<pid_t>.size)
        var uid: uid_t = 0
        var gid: gid_t = 0
        guard getpeereid(socket, &uid, &gid) == 0 else { return nil }
        // 0 and 2 are SOL_LOCAL and LOCAL_PEERPID, macros that do not reach Swift.
        getsockopt(socket, 0, 2, &pid, &length)
        self.init(pid: pid, uid: uid)
    }
}
#endif
