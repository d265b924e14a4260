import Synchronization

/// Which process of this machine the other end of a connection belongs to, once that is known. Any thread.
package final class PeerProcess: Sendable {
    private enum State {
        case unasked
        /// Who waits for it.
        case sought([@Sendable () -> Void])
        /// Nil for one that could not be found.
        case known(RunningProcess?)
    }

    private let state = Mutex(State.unasked)

    package init() {}

    /// Whether somebody looks for it.
    package var isSought: Bool { state.withLock { if case .sought = $0 { true } else { false } } }

    package var known: RunningProcess? { state.withLock { if case .known(let process) = $0 { process } else { nil } } }

    /// - Returns: Whether nobody has looked for it yet; who asks does from now on.
    func seek() -> Bool {
        state.withLock { state in
            guard case .unasked = state else { return false }
            state = .sought([])
            return true
        }
    }

    /// Calls `body` once the search is over, on some thread.
    /// - Returns: False where nobody looks for it: `body` will not be called.
    package func whenFound(_ body: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            guard case .sought(let others) = state else { return false }
            state = .sought(others + [body])
            return true
        }
    }

    func found(_ process: RunningProcess?) {
        let waiting = state.withLock { state -> [@Sendable () -> Void] in
            defer { state = .known(process) }
            return if case .sought(let waiting) = state { waiting } else { [] }
        }
        for body in waiting { body() }
    }
}
