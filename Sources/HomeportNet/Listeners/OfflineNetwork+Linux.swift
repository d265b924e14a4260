#if os(Linux)
import CHomeportLinux
import HomeportCore

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

extension OfflineNetwork {
    /// Puts this process into one, and all that it starts. Who is not root becomes the root of nothing else for it (a user namespace), and
    /// keeps his number.
    /// - Precondition: It has one thread.
    package static func enter() throws(SystemFailure) {
        let (uid, gid) = (geteuid(), getegid())
        if homeport_unshare_network() != 0 {
            guard homeport_unshare_user_and_network() == 0 else { throw SystemFailure("unshare", errno) }
            // Older kernels have no such file, and want none.
            try? WholeWrite.file("/proc/self/setgroups", "deny")
            try WholeWrite.file("/proc/self/uid_map", "\(uid) \(uid) 1")
            try WholeWrite.file("/proc/self/gid_map", "\(gid) \(gid) 1")
        }
        guard homeport_raise_loopback() == 0 else { throw SystemFailure("ioctl", errno) }
    }

    static func kernel() throws(SystemFailure) -> Descriptor { try ListenerTable.kernel() }

    func answer(at ends: SocketEnds) -> SocketAnswer {
        inquiry.withLock { kernel in
            SocketInquiry.ask(kernel, ends)
        }
    }

    /// What the processes among those that are in it listen on.
    package func listeners(of processes: some Sequence<Int32>) -> [SocketRecord] {
        ProcessTree.listeners(of: processes) { () throws(HomeportError) in
            try inquiry.withLock { kernel throws(HomeportError) in
                try ListenerTable.listeners(through: kernel)
            }
        }
    }
}
#endif
