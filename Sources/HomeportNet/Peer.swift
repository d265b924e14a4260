package import NIOCore

/// Who is at the other end of a connection.
package struct Peer: Sendable {
    package let local: SocketAddress?
    package let remote: SocketAddress?
    /// The address it comes from, without its port; `unknown` for a socket file's nameless client.
    package let host: String
    /// Which process that is, once somebody has looked for it.
    package let process = PeerProcess()

    package init(local: SocketAddress?, remote: SocketAddress?) {
        self.local = local
        self.remote = remote
        host = remote?.ipAddress ?? "unknown"
    }

    /// `127.0.0.1:50312`, `[::1]:50312`, or `unix` for a socket file's nameless client.
    package var text: String {
        guard let remote else { return "unknown" }
        switch remote {
        case .v4: return "\(remote.ipAddress ?? "?"):\(remote.port ?? 0)"
        case .v6: return "[\(remote.ipAddress ?? "?")]:\(remote.port ?? 0)"
        case .unixDomainSocket: return "unix"
        }
    }

    /// Whether a program still holds the other end of a TCP connection that sends no more: one that waits for an answer does, one that has
    /// ended does not, and both look the same on the wire. Asks the kernel, which takes some microseconds.
    ///
    /// Where the kernel cannot tell, on another machine or on macOS, nobody does: other proxies take every client that sends no more for gone.
    package var isHeld: Bool {
        guard let local = SocketName(local), let remote = SocketName(remote) else { return true }
        let ends = SocketEnds(transport: .tcp, local: remote, remote: local)
        return ListenerTable.sockets(at: [ends])[0].map { $0.inode != 0 } ?? false
    }
}
