import HomeportConditions

/// Which connections, or flows, meet a condition: those that every part of it is true of; all of them where it has none.
struct Selection: Sendable, Hashable {
    /// One draw for each connection and direction, 0 … 1.
    var share: Double?
    /// The first so many.
    var first: UInt64?
    /// Each so-many-th.
    var every: UInt64?
    var clientPorts: ClosedRange<UInt16>?

    /// - Parameters:
    ///   - birth: The last connection before the condition came.
    ///   - draws: The condition's own, for this connection and direction.
    func meets(_ connection: ConnectionFacts, since birth: UInt64, _ draws: Draws) -> Bool {
        // Those that were there before are neither among the next nor counted.
        let place = connection.number > birth ? connection.number - birth : nil
        if let first, place.map({ $0 > first }) ?? true { return false }
        if let every, place.map({ $0 % every != 0 }) ?? true { return false }
        if let clientPorts, !(connection.clientPort.map(clientPorts.contains) ?? false) { return false }
        guard let share, share < 1 else { return true }
        return draws.uniform(at: 0, use: Self.use) < share
    }

    /// Tells its draw from those for packets.
    private static let use: UInt64 = 0x5E1EC7
}

/// What tells a connection, or a flow, from the others of its link.
struct ConnectionFacts: Sendable {
    /// Counted from 1.
    let number: UInt64
    /// Nil over a unix socket.
    let clientPort: UInt16?
}
