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
}
