package import HomeportCore
package import HomeportNet

/// Which port belongs to whom: the choice, without a disk or a socket.
///
/// A port once given stays. A new one is looked for from where the name's hash points to, so that even with an empty
/// table a name mostly gets the port that it had.
package struct LeaseTable: Sendable, Equatable {
    /// Above what the pool's best part has, and far above what anybody needs.
    package static let mostLeases = 4096

    package private(set) var ports: [LeaseKey: Port]

    package init(_ ports: [LeaseKey: Port] = [:]) { self.ports = ports }

    package subscript(key: LeaseKey) -> Port? { ports[key] }

    /// The port of `key`, given now if it has none.
    /// - Parameters:
    ///   - refused: Ports that it cannot have, such as its own that somebody else has taken.
    ///   - isFree: Whether somebody could listen there now; asked about new ports alone.
    ///   - isGone: Whether a directory is no more: its ports can be had.
    /// - Throws: ``HomeportError`` with code `ports.exhausted`.
    package mutating func lease(
        _ key: LeaseKey,
        from pool: PortPool,
        refusing refused: Set<Port> = [],
        isFree: (Port) -> Bool,
        isGone: (String) -> Bool
    ) throws(HomeportError) -> Port {
        if let port = ports[key], !refused.contains(port) { return port }
        if ports.count >= Self.mostLeases { forget { isGone($0.directory) } }
        let owners = Dictionary(ports.map { ($0.value, $0.key) }) { first, _ in first }
        if ports.count < Self.mostLeases {
            for port in pool.candidates(start: key.start) where !refused.contains(port) {
                if let owner = owners[port], !isGone(owner.directory) { continue }
                guard isFree(port) else { continue }
                if let owner = owners[port] { ports[owner] = nil }
                ports[key] = port
                return port
            }
        }
        throw HomeportError(
            .portsExhausted,
            "no port is left to lease",
            fix:
                "homeport ports lease lists them; homeport ports forget --gone gives back those of folders that are gone"
        )
    }

    /// - Returns: What was forgotten.
    @discardableResult
    package mutating func forget(where isMeant: (LeaseKey) -> Bool) -> [LeaseKey: Port] {
        let meant = ports.filter { isMeant($0.key) }
        for key in meant.keys { ports[key] = nil }
        return meant
    }
}
