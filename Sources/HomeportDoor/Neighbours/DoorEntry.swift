import HomeportNet

/// What a project tells the others that stand behind the same door.
package struct DoorEntry: Sendable, Codable, Equatable {
    /// A service, for the index.
    package struct Shown: Sendable, Codable, Equatable {
        package var name: String
        /// Where it answers: `api.shop.localhost`.
        package var host: String
        package var summary: String

        package init(name: String, host: String, summary: String) {
            (self.name, self.host, self.summary) = (name, host, summary)
        }
    }

    /// How it claims the bare address: as the host that has no name.
    package static let bare = ""

    var version = 1
    var project: String
    var process: ProcessMark
    /// The door's.
    var port: UInt16
    /// Where it is handed connections.
    var socket: String
    /// Hosts that it answers for, `*.api.localhost` among them, and since when: nanoseconds since the machine started.
    var claims: [String: UInt64]
    var services: [Shown]
}

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
