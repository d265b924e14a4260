/// Whether a program that has ended is started again, and when. Pure: time comes in as it is told.
struct Supervision: Sendable {
    enum Phase: Sendable, Equatable {
        /// For what it depends on.
        case waiting
        case starting
        case ready
        /// Is started again in a while.
        case backingOff
        /// Is not started again.
        case ended
        case stopped
    }

    private enum Wish {
        case stop, restart
    }

    private let restart: ProgramPlan.Restart
    private(set) var phase = Phase.waiting
    /// How it ended the last time; nil where it never did, or was asked to.
    private(set) var exit: ProgramExit?
    /// Why it could not even be started, an errno.
    private(set) var failure: Int32?
    /// How often it was started again of its own.
    private(set) var restarts = 0
    /// Whether anything of it lives.
    private(set) var isAlive = false
    /// How often in a row it has ended of its own since somebody asked for it, or it was ready.
    private(set) var failures = 0
    private var wish: Wish?
    private var attempt = 0
    private var startedAt = Duration.zero

    /// Who has run that long may be started again at once.
    static let steady = Duration.seconds(10)
    static let longestPause = Duration.seconds(10)

    init(_ restart: ProgramPlan.Restart) { self.restart = restart }

    /// - Parameter now: Since any moment, the same for all calls.
    mutating func launched(at now: Duration) {
        (phase, isAlive, startedAt) = (.starting, true, now)
        (exit, failure, wish) = (nil, nil, nil)
    }

    mutating func becameReady() {
        guard phase == .starting else { return }
        phase = .ready
        failures = 0
    }

    /// Whether it is worth waiting for.
    var isComing: Bool { phase == .waiting || phase == .starting || wish == .restart }

    /// Whether somebody wants it to end.
    var isEnding: Bool { wish != nil }

    mutating func failed(_ errno: Int32) { failure = errno }

    /// The program itself has ended.
    /// - Returns: Whether what it leaves behind is to end, too. One that ended well may have left a daemon.
    mutating func exited(_ exit: ProgramExit) -> Bool {
        self.exit = exit
        return !exit.isSuccess || wish != nil
    }

    /// Nothing of it is left.
    /// - Returns: After which time it is started again; nil for not.
    mutating func gone(at now: Duration) -> Duration? {
        isAlive = false
        failures += 1
        switch wish {
        case .stop:
            phase = .stopped
            return nil
        case .restart:
            (attempt, failures) = (0, 0)
            phase = .backingOff
            return .zero
        case nil: break
        }
        let again =
            switch restart {
            case .always: failure == nil
            case .onFailure: failure == nil && exit?.isSuccess != true
            case .never: false
            }
        guard again else {
            phase = .ended
            return nil
        }
        if now - startedAt >= Self.steady { attempt = 0 }
        let pause = min(Self.longestPause, .milliseconds(100) * (1 << min(attempt, 7)))
        attempt += 1
        restarts += 1
        phase = .backingOff
        return pause
    }

    /// Somebody wants it to end.
    /// - Parameter again: And to be started once more.
    mutating func ask(again: Bool) {
        guard phase != .stopped else { return }
        wish = again ? .restart : .stop
        if again { (attempt, failures) = (0, 0) }
        if !isAlive, !again { phase = .stopped }
    }
}
