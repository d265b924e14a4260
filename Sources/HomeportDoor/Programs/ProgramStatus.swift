package import HomeportCore

/// What is known of a program at one moment.
package struct ProgramStatus: Sendable, Equatable {
    /// `waiting`, `starting`, `ready`, `backing-off`, `exited`, `failed`, `stopped`.
    package var state: String
    package var pid: Int32?
    /// Its own port.
    package var port: Port?
    /// Where it was found to listen.
    package var place: Endpoint.Place?
    /// How it ended the last time.
    package var exit: ProgramExit?
    /// Why it could not even be started.
    package var failure: Int32?
    /// Why it is not what it should be, in words.
    package var trouble: String?
    /// How often it was started again of its own.
    package var restarts = 0

    package init(state: String) { self.state = state }
}

/// Why a program cannot be reached.
package struct ProgramTrouble: Error, CustomStringConvertible {
    package let service: String
    package let status: ProgramStatus
    package let what: String
    package let fix: String?
    /// The last lines that it has said.
    package let output: [String]

    package var description: String { what }
}
