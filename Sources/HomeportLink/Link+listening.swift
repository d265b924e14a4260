package import HomeportCore
package import HomeportNet
package import NIOCore
import Synchronization

/// Where a link listens, and whether it does.
struct Listening {
    enum Ends {
        case streams(Listener)
        case datagrams([any Channel])
        /// It is gone through from inside this process alone.
        case inside
    }

    /// With the port it was given, once it has listened; nil for nowhere.
    var place: ListenPlace?
    var ends: Ends?
    /// Somebody has said another place, or another target, than its plan.
    var isMoved = false
    /// What it is bound to, or was last.
    var places: [Endpoint.Place] = []
}

extension Link {
    /// Where it listens; empty while it does not.
    package var places: [Endpoint.Place] { listening.withLock { $0.ends == nil ? [] : $0.places } }

    /// Where it listens, or did last.
    package var lastPlaces: [Endpoint.Place] { listening.withLock(\.places) }

    package var isOpen: Bool { listening.withLock { $0.ends != nil } }

    /// The machine has no `::1`, so that `127.0.0.1` is all there is.
    package var isIPv6Missing: Bool {
        listening.withLock { listening in
            if case .loopbacks? = listening.place { listening.places.count == 1 } else { false }
        }
    }

    /// Begins to listen, on the port it had if it has listened before.
    /// - Throws: ``HomeportError`` when it cannot; it is as before then.
    package func open() async throws {
        guard !isOpen else { return }
        do { try await listen(at: listening.withLock(\.place)) } catch var error as HomeportError {
            error.subject = error.subject.map { "\($0), where \(name) is to listen" } ?? name
            error.fix = error.fix?.replacing("another port with --port N", with: "another port to listen on")
            throw error
        }
    }

    /// Whether it listens where somebody else wants to.
    package func holds(_ place: ListenPlace) -> Bool {
        places.contains { own in
            if case .address(.unix) = place { return .address(own) == place }
            return Endpoint(own).port == place.port
        }
    }

    package var isMoved: Bool { listening.withLock(\.isMoved) }

    package func noteMove() { listening.withLock { $0.isMoved = true } }

    /// Another place to listen at, from the next ``open()`` on.
    package func move(to place: ListenPlace) { listening.withLock { $0.place = place } }

    private func listen(at place: ListenPlace?) async throws {
        guard let place else { return note([], .inside) }
        if isDatagram {
            let sockets = try DatagramSockets.open(place)
            let places = sockets.places
            note(places, .datagrams(try await serve(sockets)))
            return
        }
        let sockets = try ListeningSockets.open(place)
        let places = sockets.places
        // Each takes two descriptors.
        let listener = try await Listener.start(
            sockets,
            group: loopGroup,
            limit: ConnectionLimit.connections / 2,
            connect: { [self] in try accept($0) },
            onRefusal: { [self] in onWarning("\(name): \($0)") }
        )
        note(places, .streams(listener))
        do { try await turn() } catch {
            await stop(within: .zero)
            throw error
        }
    }

    private func note(_ places: [Endpoint.Place], _ ends: Listening.Ends) {
        listening.withLock { listening in
            (listening.places, listening.ends) = (places, ends)
            if case .loopbacks(nil)? = listening.place { listening.place = .loopbacks(Endpoint(places[0]).port) }
        }
    }

    private func serve(_ sockets: consuming DatagramSockets) async throws -> [any Channel] {
        try await DatagramChannels.serve(sockets, group: loopGroup) { [self] channel in
            let loop = loop(of: channel.eventLoop)
            try channel.pipeline.syncOperations.addHandler(
                FlowsHandler { [self] client, channel, onEnd in open(client, channel, loop, onEnd) }
            )
        }
    }

    /// Makes true for who connects what is said now.
    func turn() async throws {
        guard case .streams(let listener) = listening.withLock(\.ends) else { return }
        try await listener.turn(to: { [self] in state.withLock(\.settings.connect) })
    }

    /// Stops for good: from here on nothing is asked of its loops.
    @discardableResult
    package func end() async -> Int {
        let cut = await stop(within: .zero)
        state.withLock { $0.isEnded = true }
        return cut
    }

    /// Nobody comes any more; who is there has `grace` to finish. ``open()`` begins again.
    /// - Returns: How many had to be cut off.
    @discardableResult
    package func stop(within grace: TimeAmount) async -> Int {
        let (ends, places) = listening.withLock { listening in
            defer { listening.ends = nil }
            return (listening.ends, listening.places)
        }
        var cut = 0
        switch ends {
        case .streams(let listener): cut = await listener.stop(within: grace)
        case .datagrams(let channels): for channel in channels { try? await channel.close() }
        case .inside, nil: break
        }
        // What waits for its delay, or in a stall, would keep its connection upstream open.
        for loop in loops { try? await loop.eventLoop.submit { loop.value.endAll() }.get() }
        for place in places { if case .unix(let path) = place { UnixSocket.removeStale(at: path) } }
        return cut
    }
}
