/// Which process holds a socket. The kernel does not keep that relation: a socket can have many owners, or none. It
/// has to be found from the other side.
package enum ProcessTable {
    package enum Depth: Sendable {
        /// One owner a socket is enough: a table for people.
        case firstOwner
        /// All of them, as when a server has forked workers that share its socket: somebody is about to be told what
        /// to stop.
        case everyOwner
    }

    /// Where to look first.
    package enum Order: Sendable {
        /// By pid, so that a parent mostly comes first.
        case oldestFirst
        /// In the newest, since who asks for something has often just been started, and will be gone soon; then in `others`.
        case newestFirst(then: [Int32])
    }
}
