package import HomeportNet
package import NIOCore

/// Connections of one event loop to one server, kept for the next request.
package final class ClientPool {
    private let dialer: any Dialer
    private let loop: any EventLoop
    /// The one that was used last stands last.
    private var idle: [(connection: ClientConnection, since: NIODeadline)] = []
    private var sweep: Scheduled<Void>?
    /// Of which those are that may be kept.
    private var generation = 0

    /// How many are kept, and how long.
    private static let most = 256
    private static let longest = TimeAmount.seconds(60)

    package init(_ dialer: any Dialer, on loop: any EventLoop) {
        self.dialer = dialer
        self.loop = loop
    }

    /// One that is there already. The server may have ended it this moment.
    package func take() -> ClientConnection? { idle.popLast()?.connection }

    package func dial() -> EventLoopFuture<ClientConnection> {
        let connection = ClientConnection()
        connection.onIdle = { [weak self, generation] connection in
            guard let self else { return connection.close() }
            keep(connection, from: generation)
        }
        connection.onIdleEnd = { [weak self] in self?.lose($0) }
        let bound = NIOLoopBound(connection, eventLoop: loop)
        return dialer.dial(on: loop) { try $0.pipeline.syncOperations.addHandler(bound.value) }.map { _ in bound.value }
    }

    private func keep(_ connection: ClientConnection, from generation: Int) {
        guard generation == self.generation, idle.count < Self.most else { return connection.close() }
        idle.append((connection, .now()))
        guard sweep == nil else { return }
        let bound = NIOLoopBound(self, eventLoop: loop)
        sweep = loop.scheduleTask(in: Self.longest) { bound.value.sweepOut() }
    }

    private func lose(_ connection: ClientConnection) { idle.removeAll { $0.connection === connection } }

    private func sweepOut() {
        sweep = nil
        let old = idle.prefix { $0.since + Self.longest <= .now() }
        idle.removeFirst(old.count)
        for (connection, _) in old { connection.close() }
        guard let next = idle.first else { return }
        let bound = NIOLoopBound(self, eventLoop: loop)
        sweep = loop.scheduleTask(deadline: next.since + Self.longest) { bound.value.sweepOut() }
    }

    /// Ends those that wait, and each of the others when its answer is whole.
    package func letGo() {
        generation += 1
        sweep?.cancel()
        sweep = nil
        for (connection, _) in idle { connection.close() }
        idle = []
    }
}
