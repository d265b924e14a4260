package import HomeportCore
package import NIOCore
import NIOPosix

/// Who can make a connection to somewhere: an address, a program that is started first, or one of these behind a link.
package protocol Dialer: Sendable {
    /// - Parameters:
    ///   - loop: Where the connection is to live: its bytes never change threads.
    ///   - initialize: Sets the pipeline up, on that loop, before anything arrives.
    func dial(
        on loop: any EventLoop,
        initialize: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel>

    /// The same for somebody in particular: who answers inside this process knows whom.
    func asked(by peer: Peer) -> any Dialer
}

extension Dialer {
    package func asked(by peer: Peer) -> any Dialer { self }
}

/// Connects to an address. `localhost` tries both loopbacks, ::1 first, as browsers do.
package struct AddressDialer: Dialer {
    private let place: Endpoint.Place
    private let deadline: TimeAmount

    /// - Parameter deadline: How long a connection may take to come about.
    package init(_ place: Endpoint.Place, deadline: TimeAmount = .seconds(10)) {
        self.place = place
        self.deadline = deadline
    }

    package func dial(
        on loop: any EventLoop,
        initialize: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        @Sendable func connect(_ host: String, _ port: Port) -> EventLoopFuture<any Channel> {
            bootstrap(on: loop, initialize).connect(host: host, port: Int(port.number))
        }
        switch place {
        case .loopback(let port): return connect("::1", port).flatMapError { _ in connect("127.0.0.1", port) }
        case .ipv4(let address, let port): return connect("\(address)", port)
        case .ipv6(let address, let port): return connect("\(address)", port)
        case .unix(let path): return bootstrap(on: loop, initialize).connect(unixDomainSocketPath: path)
        }
    }

    private func bootstrap(
        on loop: any EventLoop,
        _ initialize: @escaping @Sendable (any Channel) throws -> Void
    ) -> ClientBootstrap {
        .streams(on: loop, deadline, initialize)
    }
}

/// Connects to a host and port by name, looked up anew for each connection.
package struct HostDialer: Dialer {
    private let target: (host: String, port: Int)?
    private let deadline: TimeAmount

    /// - Parameters:
    ///   - text: `db:5432`, `[::1]:80`. What cannot be taken apart cannot be reached.
    ///   - deadline: How long a connection may take to come about.
    package init(_ text: String, deadline: TimeAmount = .seconds(10)) {
        self.deadline = deadline
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0 else {
            target = nil
            return
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") || host.contains("/") {
            target = nil
            return
        }
        target = (host.isEmpty ? "localhost" : String(host), Int(port))
    }

    package func dial(
        on loop: any EventLoop,
        initialize: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        guard let target else {
            let problem = HomeportError(.badValue, "the upstream is no host and port", fix: "write it as in db:5432")
            return loop.makeFailedFuture(problem)
        }
        return ClientBootstrap.streams(on: loop, deadline, initialize).connect(host: target.host, port: target.port)
    }
}

extension ClientBootstrap {
    static func streams(
        on loop: any EventLoop,
        _ deadline: TimeAmount,
        _ initialize: @escaping @Sendable (any Channel) throws -> Void
    ) -> ClientBootstrap {
        ClientBootstrap(group: loop)
            .connectTimeout(deadline)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .streamReads()
            .channelInitializer { channel in channel.eventLoop.makeCompletedFuture { try initialize(channel) } }
    }

    /// How a stream is read wherever much of it may come: up to 512 KiB at once, which was measured to cost least.
    func streamReads() -> Self {
        channelOption(.maxMessagesPerRead, value: 4)
            .channelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 2048, initial: 16 << 10, maximum: 512 << 10)
            )
    }
}
