import HomeportNet
import NIOCore

/// A dialer whose connections speak HTTP/1.1, some of whose requests go wrong.
///
///     client ─▶ link's conditions ─▶ HTTPFaultClientEnd ─▶ HTTPFaultTargetEnd ─▶ target
struct HTTPFaultDialer: Dialer {
    let base: any Dialer
    let faults: HTTPFaults
    /// The link's connection that is to be led on.
    let connection: UInt64

    func dial(
        on loop: any EventLoop,
        initialize: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        let (client, target) = (HTTPFaultClientEnd(faults, of: connection, on: loop), HTTPFaultTargetEnd())
        (client.target, target.client) = (target, client)
        let ends = NIOLoopBound((client: client, target: target), eventLoop: loop)
        return base.dial(on: loop) { try ends.value.target.add(to: $0) }
            .flatMap { target in
                let near = StreamPair.connect(on: loop, near: initialize) { try ends.value.client.add(to: $0) }
                near.whenFailure { _ in target.close(promise: nil) }
                return near
            }
    }
}
