package import HomeportCore

/// All there is to say about one port: what kind it is, who has it, and whether one could listen there.
package struct PortExplanation: Sendable, Hashable {
    package struct Holder: Sendable, Hashable {
        package var address: String
        package var state: String
        package var exposure: Exposure
        /// One sentence: `pid 812 (caddy) of user www listens on 127.0.0.1:8080`.
        package var summary: String
        package var uid: UInt32
        package var processes: [RunningProcess]
    }

    package var port: UInt16
    package var range: Port.Class
    package var registeredName: String?
    package var usedInDevelopment: String?
    /// Whose it is by Homeport's own leases: `api of /home/ada/shop`.
    package var leasedTo: String?
    /// Whether any outgoing connection may come to hold it.
    package var isEphemeral: Bool
    package var ephemeralRange: String
    package var isReserved: Bool
    package var needsPrivilege: Bool
    package var isRefusedByBrowsers: Bool
    /// Who stands on it: listeners, and sockets that are bound.
    package var holders: [Holder]
    /// How many connections have it as their own end, and how many are closed and only remembered.
    package var connections: Int
    package var remembered: Int
    /// `127.0.0.1` and `::1` are answered by different programs: which one a client reaches is a matter of luck.
    package var loopbacksDiffer: Bool
    /// Whether one could listen on both loopbacks now; if not, why, and what to do.
    package var canListen: Bool
    package var obstacle: String?
    package var fix: String?

    /// - Parameter refusal: what an attempt to bind both loopbacks came to; nil when it succeeded.
    package init(
        _ port: Port,
        rules: PortRules,
        registeredName: String? = nil,
        holders: [PortHolder],
        viewer: UInt32,
        loopbackInterface: UInt32 = 0,
        refusal: HomeportError?
    ) {
        self.port = port.number
        range = port.class
        self.registeredName = registeredName
        usedInDevelopment = port.usedInDevelopment
        isEphemeral = rules.isEphemeral(port)
        ephemeralRange = "\(rules.ephemeral.lowerBound)-\(rules.ephemeral.upperBound)"
        isReserved = rules.isReserved(port)
        needsPrivilege = port.number < rules.unprivilegedFrom
        isRefusedByBrowsers = port.isRefusedByBrowsers
        let standing = holders.filter(\.socket.isStanding)
        self.holders = standing.map { holder in
            Holder(
                address: holder.socket.local.description,
                state: String(describing: holder.socket.state),
                exposure: holder.socket.exposure(loopbackInterface: loopbackInterface),
                summary: holder.who(seenBy: viewer) + " " + holder.does(at: [holder.socket.local.description]),
                uid: holder.socket.uid,
                processes: holder.processes
            )
        }
        let passing = holders.filter { !$0.socket.isStanding }
        remembered = passing.count { $0.socket.state == .timeWait }
        connections = passing.count - remembered
        loopbacksDiffer = Self.differ(standing)
        canListen = refusal == nil
        obstacle = refusal?.what
        fix = refusal?.fix
    }

    private static func differ(_ standing: [PortHolder]) -> Bool {
        let listening = standing.filter { $0.socket.transport == .tcp && $0.socket.state == .listen }
        let four = listening.filter { $0.socket.occupies(.loopback4) != nil }
        let six = listening.filter { $0.socket.occupies(.loopback6) != nil }
        guard !four.isEmpty, !six.isEmpty else { return false }
        let pids = (Set(four.flatMap(\.processes).map(\.pid)), Set(six.flatMap(\.processes).map(\.pid)))
        return !pids.0.isEmpty && !pids.1.isEmpty && pids.0.isDisjoint(with: pids.1)
    }
}

extension PortExplanation: Codable {
    private enum CodingKeys: String, CodingKey {
        case port, holders, connections, remembered, obstacle, fix
        case range = "class"
        case registeredName = "registered_name"
        case usedInDevelopment = "used_in_development"
        case leasedTo = "leased_to"
        case isEphemeral = "ephemeral"
        case ephemeralRange = "ephemeral_range"
        case isReserved = "reserved"
        case needsPrivilege = "needs_privilege"
        case isRefusedByBrowsers = "refused_by_browsers"
        case loopbacksDiffer = "loopbacks_differ"
        case canListen = "can_listen"
    }
}

extension PortExplanation.Holder: Codable {}
