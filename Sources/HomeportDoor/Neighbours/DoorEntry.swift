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
