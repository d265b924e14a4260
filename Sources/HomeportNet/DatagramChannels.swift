package import HomeportCore
package import NIOCore
import NIOPosix

/// Sockets for datagrams, on a given loop.
package enum DatagramChannels {
    /// One for each of the sockets, which it then owns.
    package static func serve(
        _ sockets: consuming DatagramSockets,
        group: any EventLoopGroup,
        initialize: @escaping @Sendable (any Channel) throws -> Void
    ) async throws -> [any Channel] {
        var channels: [any Channel] = []
        var waiting = sockets.release()[...]
        do {
            while let descriptor = waiting.popFirst() {
                channels.append(try await bootstrap(group, initialize).withBoundSocket(descriptor).get())
            }
        } catch {
            for descriptor in waiting { _ = Descriptor(owning: descriptor) }
            for channel in channels { try? await channel.close() }
            throw error
        }
        return channels
    }

    /// One that sends to and takes from a single place.
    package static func connect(
        to place: Endpoint.Place,
        on loop: any EventLoop,
        initialize: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        let bootstrap = bootstrap(loop, initialize)
        switch place {
        // Nobody says whether a datagram was taken: of the two loopbacks it can only be one.
        case .loopback(let port): return bootstrap.connect(host: "127.0.0.1", port: Int(port.number))
        case .ipv4(let address, let port): return bootstrap.connect(host: "\(address)", port: Int(port.number))
        case .ipv6(let address, let port): return bootstrap.connect(host: "\(address)", port: Int(port.number))
        case .unix: return loop.makeFailedFuture(ChannelError.operationUnsupported)
        }
    }

    private static func bootstrap(
        _ group: any EventLoopGroup,
        _ initialize: @escaping @Sendable (any Channel) throws -> Void
    ) -> DatagramBootstrap {
        DatagramBootstrap(group: group)
            // Whole datagrams, whatever their size.
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 65536))
            .channelOption(.maxMessagesPerRead, value: 16)
            .channelInitializer { channel in channel.eventLoop.makeCompletedFuture { try initialize(channel) } }
    }
}
