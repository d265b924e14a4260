import HomeportNet

/// Whose each host is. The earliest claim of a living project wins; when its owner goes, the next one has it.
struct NameClaims: Sendable {
    private let exact: [String: DoorEntry]
    private let below: [(suffix: String, owner: DoorEntry)]
    let entries: [DoorEntry]

    /// - Parameter entries: Of living projects behind one door.
    init(_ entries: [DoorEntry]) {
        self.entries = entries.sorted { ($0.project, $0.process.pid) < ($1.project, $1.process.pid) }
        var owners: [String: DoorEntry] = [:]
        for entry in entries {
            for (host, since) in entry.claims {
                if let other = owners[host], !Self.isEarlier(since, entry, than: other, host) { continue }
                owners[host] = entry
            }
        }
        exact = owners
        below = owners.compactMap { host, owner in host.hasPrefix("*.") ? (String(host.dropFirst()), owner) : nil }
            .sorted { $0.suffix.utf8.count > $1.suffix.utf8.count }
    }

    private static func isEarlier(_ since: UInt64, _ entry: DoorEntry, than other: DoorEntry, _ host: String) -> Bool {
        (since, UInt64(entry.process.pid)) < (other.claims[host] ?? .max, UInt64(other.process.pid))
    }

    func owner(of host: String) -> DoorEntry? {
        exact[host] ?? below.first { host.hasSuffix($0.suffix) }?.owner
    }
}
