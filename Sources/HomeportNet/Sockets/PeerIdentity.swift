/// Who is at the other end of a unix socket, as the kernel saw it when that end connected or began to listen.
package struct PeerIdentity: Sendable, Hashable {
    /// 0 where the process is invisible from here: another container's, for example.
    package let pid: Int32
    package let uid: UInt32

    package init(pid: Int32, uid: UInt32) {
        self.pid = pid
        self.uid = uid
    }
}
