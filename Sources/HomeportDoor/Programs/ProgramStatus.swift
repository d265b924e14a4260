package import HomeportCore

/// What is known of a program at one moment.
package struct ProgramStatus: Sendable, Equatable {
    package enum State: String, Sendable {
        /// For what it depends on.
        case waiting
        case starting
        case ready
        /// Has failed, and is started again in a while.
        case backingOff = "backing-off"
        case exited
        /// Could not be started at all.
        case failed
        case stopped
    }

    package var state = State.waiting
    package var pid: Int32?
    /// Its own port.
    package var port: Port?
    /// Where it was found to listen.
    package var place: Endpoint.Place?
    /// Whether other machines can reach it where it listens.
    package var isExposed = false
    /// How it ended the last time.
    package var exit: ProgramExit?
    /// Why it could not even be started.
    package var failure: Int32?
    /// Why it is not what it should be, in words.
    package var trouble: String?
    /// How often it was started again of its own.
    package var restarts = 0

    package init() {}

    /// Whether it is ready, or was there to do something and has done it.
    package var isWell: Bool { state == .ready || state == .exited && exit?.isSuccess == true }
}
