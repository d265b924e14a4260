/// Which user has opened the other end of a connection, as the kernel tells it: as strong as `SO_PEERCRED`. Who opened a socket may have
/// passed it on since.
package enum PeerOwner: Sendable, Hashable {
    case user(UInt32)
    case unknown(Doubt)

    package enum Doubt: String, Sendable, Hashable, CaseIterable {
        /// Closed already: the kernel calls everything closed root's.
        case gone = "it has gone already"
        /// Of another machine or another network namespace, or not a socket any more.
        case elsewhere = "it is not of this machine's network"
        /// Of a user that this user namespace does not know.
        case unmapped = "its user has no number here"
        /// The kernel would not say.
        case untold = "this system does not tell whose it is"
    }

    /// Of the socket that the kernel named when it was asked for one connection's other end.
    ///
    /// It names more than what was asked for: where there is no such connection, a listener on that port. What a process has closed, what
    /// has not been accepted and what waits in TIME_WAIT has no inode, and 0 for a user.
    /// - Parameter ends: What was asked for.
    package init(_ answer: SocketAnswer, at ends: SocketEnds) {
        guard answer != .untold else {
            self = .unknown(.untold)
            return
        }
        guard case .socket(let socket) = answer, socket.local.unmapped == ends.local.unmapped,
            socket.remote.unmapped == ends.remote.unmapped,
            socket.state != .listen
        else {
            self = .unknown(.elsewhere)
            return
        }
        let held: Set<SocketRecord.State> = [.established, .finWait1, .finWait2, .closeWait, .closing, .lastAck]
        if socket.inode == 0 || !held.contains(socket.state) {
            self = .unknown(.gone)
        } else {
            self = socket.uid == Self.overflow ? .unknown(.unmapped) : .user(socket.uid)
        }
    }

    /// In one word that can be changed at once; never 0.
    var code: UInt64 {
        switch self {
        case .user(let uid): 1 << 32 | UInt64(uid)
        case .unknown(let doubt): UInt64((Doubt.allCases.firstIndex(of: doubt) ?? 0) + 1)
        }
    }

    /// - Returns: Nil for 0.
    init?(code: UInt64) {
        guard code != 0 else { return nil }
        self = code >> 32 == 1 ? .user(UInt32(truncatingIfNeeded: code)) : .unknown(Doubt.allCases[Int(code) - 1])
    }

    /// What the kernel shows for users of other namespaces (`/proc/sys/kernel/overflowuid`), and the usual number of `nobody`.
    private static let overflow: UInt32 = 65_534
}

extension SocketName {
    var unmapped: SocketName { SocketName(address.unmapped, port) }
}
