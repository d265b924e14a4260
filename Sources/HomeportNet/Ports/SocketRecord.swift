/// One socket of this machine, as the kernel lists it: the row from which everything about ports is told.
package struct SocketRecord: Sendable, Hashable {
    package enum Transport: String, Sendable, Hashable, Codable {
        case tcp, udp
    }

    /// The kernel's own numbers (`include/net/tcp_states.h`). An unconnected UDP socket is ``closed``.
    package enum State: UInt8, Sendable, Hashable, CaseIterable {
        case established = 1
        case synSent, synReceived, finWait1, finWait2, timeWait, closed, closeWait, lastAck, listen, closing
        case newSynReceived
        /// Has a port, and neither listens nor is connected. Told since Linux 6.8.
        case bound
    }

    package var transport: Transport
    package var state: State
    package var local: SocketName
    package var remote: SocketName
    /// 0 where the socket has no process any more, as in TIME_WAIT.
    package var inode: UInt32
    /// Whose socket it is: the user who made it, even if the process has changed its user since.
    package var uid: UInt32
    /// Index of the one interface it is bound to; 0 for none.
    package var interface: UInt32
    /// For a socket on `::`: whether IPv4 stays outside. False where the kernel does not tell.
    package var v6Only: Bool
    /// In TIME_WAIT: until the kernel forgets the connection.
    package var expiresIn: Duration?

    package init(
        transport: Transport = .tcp,
        state: State,
        local: SocketName,
        remote: SocketName? = nil,
        inode: UInt32 = 0,
        uid: UInt32 = 0,
        interface: UInt32 = 0,
        v6Only: Bool = false,
        expiresIn: Duration? = nil
    ) {
        self.transport = transport
        self.state = state
        self.local = local
        self.remote = remote ?? SocketName(local.address.wildcard, 0)
        self.inode = inode
        self.uid = uid
        self.interface = interface
        self.v6Only = v6Only
        self.expiresIn = expiresIn
    }

    /// Holds its port for as long as its program wants: it listens or is merely bound. A connection comes and goes.
    package var isStanding: Bool { [.listen, .bound, .closed].contains(state) }

    /// `[::]` without `IPV6_V6ONLY`: the one socket that takes IPv4 along.
    package var isDualStackWildcard: Bool {
        if case .v6 = local.address { return local.address.isWildcard && !v6Only }
        return false
    }
}
