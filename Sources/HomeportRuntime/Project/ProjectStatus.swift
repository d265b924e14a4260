package import HomeportLink

/// What a running project says of itself. The keys are stable: `homeport status --json` prints them.
package struct ProjectStatus: Sendable, Codable, Equatable {
    package struct Service: Sendable, Codable, Equatable {
        package var name: String
        /// `folder`.
        package var kind: String
        package var summary: String
        package var url: String
        /// Whether it answers on the bare address.
        package var isDefault: Bool

        enum CodingKeys: String, CodingKey {
            case name, kind, summary, url
            case isDefault = "default"
        }
    }

    package var project: String
    package var version: String
    package var pid: Int32
    package var directory: String
    /// The plan's file; null for one that the command line made.
    package var plan: String?
    /// RFC 3339, UTC.
    package var started: String
    /// `http://127.0.0.1:62893`, `http://[::1]:62893`.
    package var addresses: [String]
    package var services: [Service]
    package var links: [LinkStatus]
    /// Where Toxiproxy's API is offered; null from a version that has none.
    package var toxiproxy: [String]?
    /// Open connections to the door, this moment.
    package var connections: Int
}
