package import HomeportNet
package import NIOCore

/// Leads to a service of this process, which need not listen anywhere for that.
package struct ServiceDialer: Dialer {
    private let loops: ServerLoops
    private let service: HTTPService
    private var peer: Peer?

    package init(_ service: HTTPService, loops: ServerLoops) {
        self.service = service
        self.loops = loops
    }

    package func asked(by peer: Peer) -> any Dialer {
        var dialer = self
        dialer.peer = peer
        return dialer
    }

    package func dial(
        on loop: any EventLoop,
        initialize: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        let (service, loops, peer) = (service, loops, peer)
        return StreamPair.connect(on: loop, near: initialize) { channel in
            let loop = loops.state(of: channel.eventLoop)
            let handler = HTTPConnectionHandler(service: service, loop: loop, for: peer)
            try channel.pipeline.syncOperations.addHandler(handler)
        }
    }
}
