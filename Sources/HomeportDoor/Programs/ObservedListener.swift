import HomeportCore
import HomeportNet

/// Where a program really listens, chosen from all the sockets of its process tree.
enum ObservedListener {
    /// Debuggers' own: nobody's service.
    private static let debuggers: Set<UInt16> = [9229, 9230, 5005, 5678]

    /// - Parameters:
    ///   - port: The one that it was told.
    ///   - isPatient: Whether it may still come to listen there.
    /// - Returns: Where it is reached; nil while it is not.
    static func place(among sockets: [SocketRecord], port: Port?, isPatient: Bool) -> Endpoint.Place? {
        let open = sockets.filter { $0.state == .listen && $0.local.port != 0 }
        let own = open.filter { $0.local.port == port?.number }
        if !own.isEmpty { return place(of: own) }
        if isPatient { return nil }
        let others = open.filter { !debuggers.contains($0.local.port) }
        // Sockets are numbered as they are made: the first is the one that it is there for.
        guard let first = others.min(by: { $0.inode < $1.inode }) else { return nil }
        return place(of: others.filter { $0.local.port == first.local.port })
    }

    /// Sockets of one port.
    private static func place(of sockets: [SocketRecord]) -> Endpoint.Place? {
        guard let number = sockets.first?.local.port, let port = Port(number) else { return nil }
        func reaches4(_ socket: SocketRecord) -> Bool {
            if case .v4(let address) = socket.local.address.unmapped {
                return address.bits == 0 || address.bits == 0x7F00_0001
            }
            return socket.isDualStackWildcard
        }
        func reaches6(_ socket: SocketRecord) -> Bool {
            guard case .v6(let address) = socket.local.address else { return false }
            return address == .init(high: 0, low: 1) || address == .init(high: 0, low: 0)
        }
        if sockets.contains(where: reaches4) { return .ipv4(IPv4(bits: 0x7F00_0001), port) }
        if sockets.contains(where: reaches6) { return .ipv6(IPv6(high: 0, low: 1), port) }
        switch sockets[0].local.address {
        case .v4(let address): return .ipv4(address, port)
        case .v6(let address): return .ipv6(address, port)
        }
    }
}
