package import NIOCore
import Synchronization

/// Who is at the other end of a connection. One for each, whoever asks: exchanges keep it without a copy.
package final class Peer: Sendable {
    /// One end of a connection.
    package enum End: Sendable, Hashable {
        case unknown
        /// A socket file's, mostly nameless.
        case unix
        case name(SocketName)

        init(_ address: SocketAddress?) {
            if let name = SocketName(address) { self = .name(name) } else { self = address == nil ? .unknown : .unix }
        }

        package var name: SocketName? { if case .name(let name) = self { name } else { nil } }
    }

    /// Ours.
    package let local: End
    package let remote: End
    /// The address it comes from, without its port; `unknown` for a socket file's nameless client.
    package let host: String
    /// Which process that is, once somebody has looked for it.
    package let process = PeerProcess()

    package static let unknown = Peer(local: nil, remote: nil)

    /// ``PeerOwner/code``, once it has been asked for; read for each request.
    private let knownOwner: Atomic<UInt64>

    /// - Parameter owner: Where that is known without asking, as of a unix socket.
    package init(local: SocketAddress?, remote: SocketAddress?, owner: PeerOwner? = nil) {
        (self.local, self.remote) = (End(local), End(remote))
        host = remote?.ipAddress ?? "unknown"
        knownOwner = Atomic(owner?.code ?? 0)
    }

    /// Who is at the other end of a channel, on its loop.
    package convenience init(of channel: any Channel) {
        var owner: PeerOwner?
        if case .unixDomainSocket? = channel.localAddress {
            let identity = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: CInt.self) {
                PeerIdentity(of: $0)
            }
            owner = (identity ?? nil).map { .user($0.uid) } ?? .unknown(.untold)
        }
        self.init(local: channel.localAddress, remote: channel.remoteAddress, owner: owner)
    }

    /// `127.0.0.1:50312`, `[::1]:50312`, or `unix` for a socket file's nameless client.
    package var text: String {
        switch remote {
        case .unknown: "unknown"
        case .unix: "unix"
        case .name(let name): name.description
        }
    }

    /// Which user opened the other end. The kernel is asked the first time, for some microseconds: as early as that matters, since who has
    /// gone meanwhile is nobody's.
    package var owner: PeerOwner {
        if let known = PeerOwner(code: knownOwner.load(ordering: .relaxed)) { return known }
        let owner = askedOwner
        // A moment without descriptors passes.
        guard owner != .unknown(.untold) else { return owner }
        // Who was told first is right: the other end may have gone since.
        let earlier = knownOwner.compareExchange(expected: 0, desired: owner.code, ordering: .relaxed).original
        return PeerOwner(code: earlier) ?? owner
    }

    /// Of the other end's socket; nil for what is no TCP connection.
    var ends: SocketEnds? {
        guard let local = local.name, let remote = remote.name else { return nil }
        return SocketEnds(transport: .tcp, local: remote, remote: local)
    }

    private var askedOwner: PeerOwner {
        guard let ends else { return .unknown(.untold) }
        return PeerOwner(SocketInquiry.sockets(at: [ends])[0], at: ends)
    }

    /// Whether a program still holds the other end of a TCP connection that sends no more: one that waits for an answer does, one that has
    /// ended does not, and both look the same on the wire. Asks the kernel, which takes some microseconds.
    ///
    /// Where the kernel cannot tell, on another machine or on macOS, nobody does: other proxies take every client that sends no more for gone.
    package var isHeld: Bool {
        guard local.name != nil else { return true }
        switch askedOwner {
        case .user, .unknown(.unmapped): return true
        case .unknown(.untold): return SocketInquiry.isPossible
        case .unknown: return false
        }
    }
}
