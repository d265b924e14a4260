package import HomeportNet
package import NIOCore

/// Event loops, each with what its connections share.
package struct ServerLoops: Sendable {
    package let group: any EventLoopGroup
    private let states: [NIOLoopBound<LoopState>]

    package init(_ group: any EventLoopGroup) async throws {
        self.group = group
        var states: [NIOLoopBound<LoopState>] = []
        for (index, loop) in group.makeIterator().enumerated() {
            states.append(
                try await loop.submit { NIOLoopBound(LoopState(loop: loop, index: index), eventLoop: loop) }.get()
            )
        }
        self.states = states
    }

    package var count: Int { states.count }

    /// Makes something for each loop, on that loop.
    package func onEach<Part: Sendable>(_ make: @escaping @Sendable (LoopState) -> Part) async throws -> [Part] {
        var parts: [Part] = []
        for state in states { parts.append(try await state.eventLoop.submit { make(state.value) }.get()) }
        return parts
    }

    /// Called on one of the loops.
    func state(of loop: any EventLoop) -> LoopState {
        for state in states where state.eventLoop === loop { return state.value }
        preconditionFailure("the loop belongs to another group")
    }
}

/// Serves HTTP/1.1 on listening sockets.
package enum HTTPServer {
    package static func start(
        _ sockets: consuming ListeningSockets,
        on loops: ServerLoops,
        service: HTTPService,
        onRefusal: @escaping @Sendable (String) -> Void
    ) async throws -> Listener {
        try await Listener.start(
            sockets,
            group: loops.group,
            connect: { channel in try add(to: channel, loops, service, transfers: 0) },
            onRefusal: onRefusal
        )
    }

    /// Goes on with a connection that another process has accepted.
    /// - Parameters:
    ///   - listener: One of this service.
    ///   - transfers: How often it has been handed over.
    package static func adopt(
        _ connection: LeavingConnection,
        transfers: Int,
        at listener: Listener,
        on loops: ServerLoops,
        service: HTTPService
    ) {
        listener.adopt(connection) { channel in try add(to: channel, loops, service, transfers: transfers) }
    }

    private static func add(
        to channel: any Channel,
        _ loops: ServerLoops,
        _ service: HTTPService,
        transfers: Int
    ) throws {
        let handler = HTTPConnectionHandler(
            service: service,
            loop: loops.state(of: channel.eventLoop),
            transfers: transfers
        )
        try channel.pipeline.syncOperations.addHandler(handler)
    }
}
