package import HomeportCore
package import NIOCore
import NIOPosix

/// Listening sockets with what is accepted from them, until they are stopped.
///
/// Stopping has three steps, as people expect of a server: nothing new is accepted; connections are told, and end when
/// what they are doing is done; what is still there when the time is up is closed.
package final class Listener: Sendable {
    package let places: [Endpoint.Place]
    package let port: Port?

    private let gate: ListenerGate
    private let connections: ConnectionTable
    private let group: any EventLoopGroup

    private init(
        places: [Endpoint.Place],
        port: Port?,
        gate: ListenerGate,
        connections: ConnectionTable,
        group: any EventLoopGroup
    ) {
        self.places = places
        self.port = port
        self.gate = gate
        self.connections = connections
        self.group = group
    }

    /// - Parameters:
    ///   - limit: Connections that may be open at once; further ones are refused.
    ///   - connect: Sets a new connection's pipeline up, on the connection's loop.
    ///   - onRefusal: Called when connections begin to be refused for want of room; once until there is room again.
    package static func start(
        _ sockets: consuming ListeningSockets,
        group: any EventLoopGroup,
        backlog: CInt = ListeningSockets.usualBacklog,
        limit: Int = ConnectionLimit.connections,
        connect: @escaping @Sendable (any Channel) throws -> Void,
        onRefusal: @escaping @Sendable (String) -> Void
    ) async throws -> Listener {
        let (places, port) = (sockets.places, sockets.port)
        let connections = ConnectionTable(limit: limit, onRefusal: onRefusal)
        let fillers = Fillers()
        let isShared = sockets.isShared
        let gate = ListenerGate(sockets.release(), backlog: backlog, fillers: fillers) { descriptor in
            if isShared {
                let acceptor = SharedAcceptor(descriptor, onRefusal: onRefusal) { connection in
                    let connection = LeavingConnection(descriptor: connection, ahead: ByteBuffer())
                    Self.adopt(connection, group, connections, connect)
                }
                return { await acceptor.close() }
            }
            let channel = try await ServerBootstrap(group: group)
                .serverChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(AcceptHandler(onRefusal: onRefusal))
                    }
                }
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                .childChannelOption(.maxMessagesPerRead, value: 4)
                .childChannelOption(.recvAllocator, value: Self.reads)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        guard !fillers.take(channel.remoteAddress), connections.add(channel) else {
                            throw ChannelError.ioOnClosedChannel
                        }
                        try connect(channel)
                    }
                }
                .withBoundSocket(descriptor)
                .get()
            return { try? await channel.close() }
        }
        try await gate.open()
        return Listener(places: places, port: port, gate: gate, connections: connections, group: group)
    }

    /// The listening sockets' own descriptors, for who is handed copies of them.
    package var descriptors: [CInt] { gate.descriptors }

    /// Takes a connection that somebody else has accepted, as if it had been accepted here.
    /// - Parameter connect: Sets its pipeline up, on its loop.
    package func adopt(
        _ connection: LeavingConnection,
        connect: @escaping @Sendable (any Channel) throws -> Void
    ) {
        Self.adopt(connection, group, connections, connect)
    }

    private static func adopt(
        _ connection: LeavingConnection,
        _ group: any EventLoopGroup,
        _ connections: ConnectionTable,
        _ connect: @escaping @Sendable (any Channel) throws -> Void
    ) {
        let ahead = connection.ahead
        ClientBootstrap(group: group)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.maxMessagesPerRead, value: 4)
            .channelOption(.recvAllocator, value: reads)
            .channelOption(.autoRead, value: ahead.readableBytes == 0)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard connections.add(channel) else { throw ChannelError.ioOnClosedChannel }
                    try connect(channel)
                }
            }
            .withConnectedSocket(connection.descriptor)
            .whenSuccess { channel in
                guard ahead.readableBytes > 0 else { return }
                channel.eventLoop.execute {
                    // What was read elsewhere comes before what is read here.
                    channel.pipeline.fireChannelRead(ahead)
                    channel.pipeline.fireChannelReadComplete()
                    channel.setOption(.autoRead, value: true).whenFailure { _ in channel.close(promise: nil) }
                }
            }
    }

    private static let reads = AdaptiveRecvByteBufferAllocator(minimum: 2048, initial: 2048, maximum: 256 << 10)

    /// What becomes of who connects from now on. Connections that are there stay.
    /// - Throws: ``HomeportError`` where that cannot be had: on a unix socket, or on a system that has no such way.
    /// - Parameter mode: Asked when it is this change's turn.
    package func turn(to mode: @escaping @Sendable () -> ConnectMode) async throws { try await gate.turn(to: mode) }

    package var connectionCount: Int { connections.count }

    /// - Returns: How many connections had to be cut off.
    @discardableResult
    package func stop(within grace: TimeAmount) async -> Int {
        await gate.close()
        connections.quiesce()
        let deadline = NIODeadline.now() + grace
        while connections.count > 0, .now() < deadline {
            try? await Task.sleep(for: .milliseconds(10))
        }
        return connections.closeAll()
    }
}
