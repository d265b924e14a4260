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
        ClientBootstrap(group: loop)
            .connectTimeout(deadline)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .streamReads()
            .channelInitializer { channel in channel.eventLoop.makeCompletedFuture { try initialize(channel) } }
    }
}

extension ClientBootstrap {
    /// How a stream is read wherever much of it may come: up to 256 KiB at once, which was measured to cost least.
    func streamReads() -> Self {
        channelOption(.maxMessagesPerRead, value: 4)
            .channelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 2048, initial: 16 << 10, maximum: 256 << 10)
            )
    }
}
