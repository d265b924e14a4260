import HomeportNet
package import NIOCore

/// Leads to a service of this process, which need not listen anywhere for that.
package struct ServiceDialer: Dialer {
    private let loops: ServerLoops
    private let service: HTTPService

    package init(_ service: HTTPService, loops: ServerLoops) {
        self.service = service
        self.loops = loops
    }

    package func dial(
        on loop: any EventLoop,
        initialize: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        let (service, loops) = (service, loops)
        return StreamPair.connect(on: loop, near: initialize) { channel in
            let handler = HTTPConnectionHandler(service: service, loop: loops.state(of: channel.eventLoop))
            try channel.pipeline.syncOperations.addHandler(handler)
        }
    }
}
