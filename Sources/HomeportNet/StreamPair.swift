package import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Two connected ends inside this process, for who is reached through a link and listens nowhere.
package enum StreamPair {
    /// - Parameters:
    ///   - near: Sets the pipeline of the end that is returned up.
    ///   - far: That of the other one.
    package static func connect(
        on loop: any EventLoop,
        near: @escaping @Sendable (any Channel) throws -> Void,
        far: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        do {
            let sockets = try Descriptor.pair().release()
            let (near, far) = (bootstrap(loop, near), bootstrap(loop, far))
            let distant = far.withConnectedSocket(sockets.other)
            return near.withConnectedSocket(sockets.one).flatMap { channel in distant.map { _ in channel } }
        } catch {
            return loop.makeFailedFuture(error)
        }
    }

    private static func bootstrap(
        _ loop: any EventLoop,
        _ initialize: @escaping @Sendable (any Channel) throws -> Void
    ) -> ClientBootstrap {
        ClientBootstrap(group: loop)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .streamReads()
            .channelInitializer { channel in channel.eventLoop.makeCompletedFuture { try initialize(channel) } }
    }
}
