package import HomeportLink

/// What a running project says of itself. The keys are stable: `homeport status --json` prints them.
package struct ProjectStatus: Sendable, Codable, Equatable {
    package struct Service: Sendable, Codable, Equatable {
        package var name: String
        /// `folder`, `to` or `run`.
        package var kind: String
        package var summary: String
        package var url: String
        /// Whether it answers on the bare address.
        package var isDefault: Bool
        /// Of a program: `waiting`, `starting`, `ready`, `backing-off`, `exited`, `failed` or `stopped`.
        package var state: String?
        /// Of a program: whether it is ready, or was there to do something and has done it.
        package var ready: Bool?
        package var pid: Int32?
        /// A port of its own, on the loopbacks.
        package var port: UInt16?
        /// Where it was found to listen: `127.0.0.1:3000`.
        package var listens: String?
        /// Where it is reached without the door: `127.0.0.1:61234`, `unix:/run/db.sock`.
        package var address: String?
        /// Whether other machines can reach it where it listens; absent where not.
        package var exposed: Bool?
        /// Of a program that has ended: how.
        package var exit: String?
        /// Why it is not as it should be.
        package var trouble: String?
        package var restarts: Int?

        package init(name: String, kind: String, summary: String, url: String, isDefault: Bool) {
            (self.name, self.kind, self.summary, self.url) = (name, kind, summary, url)
            self.isDefault = isDefault
        }

        enum CodingKeys: String, CodingKey {
            case name, kind, summary, url, state, ready, pid, port, listens, address, exposed, exit, trouble, restarts
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
    /// The project that answers on the bare addresses, where it is another one.
    package var bare: String?
    /// The further worktree that the project lies in.
    package var worktree: String?
    /// Whether every program is ready, or has had its time.
    package var settled: Bool?
    package var links: [LinkStatus]
    /// Where Toxiproxy's API is offered; null from a version that has none.
    package var toxiproxy: [String]?
    /// Open connections to the door, this moment.
    package var connections: Int
}
