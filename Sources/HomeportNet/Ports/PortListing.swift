import HomeportCore

/// Who listens, as a list for people: sorted by port, and what one program does on both families is one entry.
package struct PortListing: Sendable, Hashable {
    package struct Entry: Sendable, Hashable {
        package var port: UInt16
        package var transport: SocketRecord.Transport
        /// Two for a program on `127.0.0.1` and `::1`, or on `0.0.0.0` and `::`; else one.
        package var names: [SocketName]
        package var exposure: Exposure
        /// Reached by IPv4, by IPv6: a dual-stack `[::]` is reached by both.
        package var families: [String]
        package var uid: UInt32
        /// The name of `uid`, where the system knows one.
        package var user: String?
        package var processes: [RunningProcess]
    }

    package var entries: [Entry]

    /// - Parameter loopbackInterface: its index, or 0 where it is not known.
    package init(_ holders: [PortHolder], loopbackInterface: UInt32 = 0) {
        // Keys are sorted, not holders, which are large to move about.
        let sorted = holders.indices.map { (key: Self.key(holders[$0].socket), index: $0) }.sorted { $0.key < $1.key }
        entries = []
        entries.reserveCapacity(sorted.count)
        for (_, index) in sorted {
            let next = Entry(holders[index], loopbackInterface)
            let same = entries.indices.reversed().prefix { entries[$0].port == next.port }
            if let index = same.first(where: { entries[$0].takes(next) }) {
                entries[index].names += next.names
                entries[index].families += next.families
            } else {
                entries.append(next)
            }
        }
    }

    /// Only what other machines can reach.
    package mutating func keepExposed() { entries.removeAll { !$0.exposure.isBeyondLoopback } }

    /// What nobody meant to offer: listeners in the dynamic range, where only private programs live, that other
    /// machines can reach.
    package var exposedDynamic: [Entry] {
        entries.filter { $0.exposure.isBeyondLoopback && Port($0.port)?.class == .dynamic }
    }

    /// By port, then transport, then family.
    private static func key(_ socket: SocketRecord) -> UInt32 {
        let family: UInt32 = if case .v4 = socket.local.address { 0 } else { 1 }
        return UInt32(socket.local.port) << 2 | (socket.transport == .tcp ? 0 : 2) | family
    }
}

extension PortListing.Entry {
    fileprivate init(_ holder: PortHolder, _ loopbackInterface: UInt32) {
        let socket = holder.socket
        self.init(
            port: socket.local.port,
            transport: socket.transport,
            names: [socket.local],
            exposure: socket.exposure(loopbackInterface: loopbackInterface),
            families: socket.isDualStackWildcard ? ["IPv4", "IPv6"] : [socket.local.address.unmapped.familyName],
            uid: socket.uid,
            processes: holder.processes
        )
    }

    /// Whether `other` is the same thing on the other family: 127.0.0.1 beside ::1, 0.0.0.0 beside ::, by one program.
    fileprivate func takes(_ other: PortListing.Entry) -> Bool {
        guard port == other.port, transport == other.transport, exposure == other.exposure, !processes.isEmpty,
            processes == other.processes, names.count == 1, families != other.families, families.count == 1,
            other.families.count == 1
        else { return false }
        return switch (names[0].address, other.names[0].address) {
        case (.loopback4, .loopback6): true
        case let (mine, others): mine.isWildcard && others.isWildcard
        }
    }
}

extension PortListing: Encodable {
    private enum CodingKeys: String, CodingKey { case entries = "listeners" }
}

extension PortListing.Entry: Encodable {
    private enum CodingKeys: String, CodingKey {
        case port, transport, addresses, families, exposure, uid, user, processes
    }

    package func encode(to encoder: any Encoder) throws {
        var keys = encoder.container(keyedBy: CodingKeys.self)
        try keys.encode(port, forKey: .port)
        try keys.encode(transport, forKey: .transport)
        try keys.encode(names.map(\.description), forKey: .addresses)
        try keys.encode(families, forKey: .families)
        try keys.encode(exposure, forKey: .exposure)
        try keys.encode(uid, forKey: .uid)
        try keys.encodeIfPresent(user, forKey: .user)
        try keys.encode(processes, forKey: .processes)
    }
}
