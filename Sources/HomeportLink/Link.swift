import HomeportConditions
package import HomeportNet
package import NIOCore
import Synchronization

/// A network path with conditions: listens, and for each connection dials where it leads.
package final class Link: Sendable {
    private let dialer: any Dialer
    private let seed: UInt64
    private let conditions: LinkConditions
    private let connections = Atomic<UInt64>(0)

    /// Bytes that may wait in one direction of one connection, if its conditions say nothing else.
    private static let usualLimit = 1 << 20

    package init(to dialer: any Dialer, conditions: LinkConditions = LinkConditions(), seed: UInt64) {
        self.dialer = dialer
        self.seed = seed
        self.conditions = conditions
    }

    package func start(
        _ sockets: consuming ListeningSockets,
        group: any EventLoopGroup,
        onRefusal: @escaping @Sendable (String) -> Void
    ) async throws -> Listener {
        try await Listener.start(sockets, group: group, connect: { try self.accept($0) }, onRefusal: onRefusal)
    }

    /// On the connection's loop.
    private func accept(_ channel: any Channel) throws {
        let number = connections.add(1, ordering: .relaxed).newValue
        let opened = channel.eventLoop.now.uptimeNanoseconds
        let (seed, dialer) = (seed, dialer)
        func lane(_ stages: [Stage], _ direction: UInt64) -> RelayLane {
            let draws = { (index: Int) in Draws(seed: seed, number, direction, UInt64(index)) }
            return RelayLane(StreamPath(stages, draws: draws, opened: opened), limit: Self.usualLimit)
        }
        let client = RelayHandler(lane(conditions.up, 0), on: channel.eventLoop)
        let upstream = RelayHandler(lane(conditions.down, 1), on: channel.eventLoop)
        try channel.pipeline.syncOperations.addHandler(client)
        let ends = NIOLoopBound((client, upstream), eventLoop: channel.eventLoop)
        dialer.dial(on: channel.eventLoop) { try $0.pipeline.syncOperations.addHandler(ends.value.1) }
            .whenComplete { result in
                switch result {
                case .success: RelayHandler.join(ends.value.0, ends.value.1)
                case .failure: ends.value.0.close(.reset)
                }
            }
    }
}
