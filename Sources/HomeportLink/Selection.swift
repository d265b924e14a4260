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
    /// What the client sends first begins with this.
    var begins: [UInt8]?
    /// The server that a TLS client asks for, in lower case; `*.example.test` is all below it.
    var serverName: String?

    /// Whether it depends on what the client sends first.
    var needsOpening: Bool { begins != nil || serverName != nil }

    /// - Parameters:
    ///   - birth: The last connection before the condition came.
    ///   - draws: The condition's own, for this connection and direction.
    func meets(_ connection: ConnectionFacts, since birth: UInt64, _ draws: Draws) -> Bool {
        // Those that were there before are neither among the next nor counted.
        let place = connection.number > birth ? connection.number - birth : nil
        if let first, place.map({ $0 > first }) ?? true { return false }
        if let every, place.map({ $0 % every != 0 }) ?? true { return false }
        if let clientPorts, !(connection.clientPort.map(clientPorts.contains) ?? false) { return false }
        if needsOpening, !isOpened(by: connection.opening) { return false }
        guard let share, share < 1 else { return true }
        return draws.uniform(at: 0, use: Self.use) < share
    }

    private func isOpened(by opening: [UInt8]) -> Bool {
        if let begins, !opening.starts(with: begins) { return false }
        guard let serverName else { return true }
        guard case .name(let name) = ClientHello.serverName(opening) else { return false }
        return serverName.hasPrefix("*.") ? name.hasSuffix(serverName.dropFirst()) : name == serverName
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
    /// What the client has sent first, as far as somebody wants to know.
    var opening: [UInt8] = []

    /// Takes down what the client sends first.
    /// - Returns: Whether that is enough.
    mutating func open(_ bytes: some Sequence<UInt8>) -> Bool {
        opening += bytes.prefix(Self.mostOpening - opening.count)
        if opening.count >= Self.mostOpening { return true }
        return opening.first == 0x16
            ? ClientHello.serverName(opening) != .unknown : opening.count >= Self.longestBeginning
    }

    static let longestBeginning = 256
    private static let mostOpening = 16 << 10
}
