import HomeportNet
import NIOCore

/// Listening sockets whose connections are led on, byte for byte: the port that a program was told and does not listen on, or one of the
/// machine's in a network that has nothing else.
enum PassedPort {
    /// - Parameter way: Leads on whom it lets, as whom it says; nil for nowhere.
    static func open(
        _ sockets: consuming ListeningSockets,
        on loop: any EventLoop,
        way: @escaping @Sendable (any Channel) -> (any Dialer)?
    ) async throws -> Listener {
        try await Listener.start(
            sockets,
            group: loop,
            connect: { near in
                guard let dialer = way(near) else { return near.close(promise: nil) }
                // Nothing is read before there is somewhere to send it.
                let ends = NIOLoopBound((near: TunnelEnd(), far: TunnelEnd()), eventLoop: near.eventLoop)
                try near.pipeline.syncOperations.addHandler(ends.value.near)
                // Joined once there is a connection: one that comes about at the second address has failed at the first.
                dialer.dial(on: near.eventLoop) { try $0.pipeline.syncOperations.addHandler(ends.value.far) }
                    .whenComplete { result in
                        guard case .success = result else { return near.close(promise: nil) }
                        // What is in this process is reached at once, before this connection has come to be active.
                        near.eventLoop.execute { Tunnel.join(ends.value.near, ends.value.far) }
                    }
            },
            onRefusal: { _ in }
        )
    }
}
