import HomeportHTTP
import HomeportNet
import NIOCore

/// A dialer whose connections speak HTTP/1.1, some of whose requests go wrong.
///
///     client ─▶ link's conditions ─▶ HTTPConnectionHandler ─▶ HTTPFaultResponder ─▶ ClientConnection ─▶ target
struct HTTPFaultDialer: Dialer {
    let base: any Dialer
    let faults: HTTPFaults
    /// The link's connection that is to be led on.
    let connection: UInt64

    func dial(
        on loop: any EventLoop,
        initialize: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        let target = NIOLoopBound(ClientConnection(), eventLoop: loop)
        let responder = HTTPFaultResponder(faults, of: connection, to: target)
        return base.dial(on: loop) { try $0.pipeline.syncOperations.addHandler(target.value) }
            .flatMap { distant in
                let near = StreamPair.connect(on: loop, near: initialize) { channel in
                    let service = Self.service(responder)
                    let handler = HTTPConnectionHandler(service: service, loop: LoopState(loop: loop, index: 0))
                    try channel.pipeline.syncOperations.addHandler(handler)
                    // Each end goes with the other: this one when its present answer, if there is one, has left.
                    channel.closeFuture.whenComplete { _ in target.value.close() }
                    distant.closeFuture.whenComplete { _ in
                        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
                    }
                }
                near.whenFailure { _ in distant.close(promise: nil) }
                return near.flatMapThrowing { channel in
                    try channel.pipeline.syncOperations.addHandler(ConditionProbe(responder))
                    return channel
                }
            }
    }

    /// A link hurries nobody.
    private static func service(_ responder: HTTPFaultResponder) -> HTTPService {
        var service = HTTPService(responder: responder)
        (service.deadlines.head, service.deadlines.body) = (nil, nil)
        (service.deadlines.idle, service.deadlines.write) = (nil, nil)
        return service
    }
}
