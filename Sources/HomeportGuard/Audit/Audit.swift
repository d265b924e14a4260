package import HomeportNet

/// Every listener of the machine, and what is to be thought of it.
package struct Audit: Sendable, Codable {
    package var listeners: [AuditedListener]
    /// What could not be looked into, and why.
    package var unseen: [String]

    /// - Parameter owners: Of sockets, by their inodes.
    package init(
        _ networks: [AuditFacts],
        owners: [UInt32: [RunningProcess]],
        user: (UInt32) -> String? = { _ in nil },
        unseen: [String] = []
    ) {
        self.unseen = unseen
        listeners = networks.flatMap { facts in
            let sorted = facts.sockets.sorted { Self.order($0) < Self.order($1) }
            let byPort = Dictionary(grouping: sorted) { UInt32($0.local.port) << 1 | ($0.transport == .tcp ? 0 : 1) }
            let listening = sorted.map { socket in
                let others = byPort[UInt32(socket.local.port) << 1 | (socket.transport == .tcp ? 0 : 1)] ?? []
                let process = owners[socket.inode]?.first
                let judge = AuditJudge(facts: facts, socket: socket, others: others, process: process, owners: owners)
                return AuditedListener(
                    network: facts.network,
                    transport: AuditedListener.Transport(socket.transport),
                    address: "\(socket.local.address)",
                    port: socket.local.port,
                    uid: socket.uid,
                    user: process?.user ?? user(socket.uid),
                    process: process,
                    exposure: judge.exposure,
                    findings: judge.findings
                )
            }
            let unix = facts.unix.sorted { $0.name < $1.name }.compactMap { listener -> AuditedListener? in
                let process = owners[listener.inode]?.first
                // Whose an abstract one is, only its process tells.
                guard let uid = process?.uid ?? listener.uid else { return nil }
                return AuditedListener(
                    listener,
                    of: uid,
                    user: process?.user ?? user(uid),
                    process: process,
                    in: facts.network
                )
            }
            return listening + facts.published.map { AuditedListener($0, in: facts) } + unix
        }
    }

    private static func order(_ socket: SocketRecord) -> (UInt16, String, String) {
        (socket.local.port, socket.transport.rawValue, "\(socket.local.address)")
    }

    package var worst: AuditFinding.Severity? {
        AuditFinding.Severity.allCases.first { severity in listeners.contains { $0.severity == severity } }
    }

    /// Those that were not there before, are open in another way, or have a finding that they had not.
    package func news(since baseline: Audit) -> [AuditedListener] {
        let before = Dictionary(baseline.listeners.map { ($0.key, $0) }) { first, _ in first }
        return listeners.filter { listener in
            guard let known = before[listener.key] else { return true }
            return known.exposure != listener.exposure
                || !Set(listener.findings.map(\.code)).isSubset(of: known.findings.map(\.code))
        }
    }

    package func gone(since baseline: Audit) -> [AuditedListener] {
        let now = Set(listeners.map(\.key))
        return baseline.listeners.filter { !now.contains($0.key) }
    }
}
