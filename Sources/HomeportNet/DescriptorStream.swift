package import NIOCore
import NIOPosix

/// Descriptors that somebody else made, read and written on an event loop.
package enum DescriptorStream {
    /// A connected socket. Owned from here on.
    package static func socket(
        _ descriptor: CInt,
        on loop: any EventLoop,
        initialize: @escaping @Sendable (any Channel) throws -> Void
    ) async throws -> any Channel {
        try await ClientBootstrap(group: loop)
            .channelInitializer { channel in channel.eventLoop.makeCompletedFuture { try initialize(channel) } }
            .withConnectedSocket(descriptor)
            .get()
    }

    /// The end of a pipe that is read. Owned from here on.
    package static func pipe(
        _ descriptor: CInt,
        on loop: any EventLoop,
        initialize: @escaping @Sendable (any Channel) throws -> Void
    ) async throws -> any Channel {
        try await NIOPipeBootstrap(group: loop)
            .channelOption(.maxMessagesPerRead, value: 2)
            .channelInitializer { channel in channel.eventLoop.makeCompletedFuture { try initialize(channel) } }
            .takingOwnershipOfDescriptor(input: descriptor)
            .get()
    }
}
