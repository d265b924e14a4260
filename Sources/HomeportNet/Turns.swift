import Synchronization

/// One at a time, in the order in which they came, for work that awaits in between: at each `await` an actor lets the next one in.
///
///     await turns.take()
///     defer { turns.end() }
package final class Turns: Sendable {
    private struct State {
        var isTaken = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    package init() {}

    package func take() async {
        await withCheckedContinuation { continuation in
            let isMine = state.withLock { state in
                defer { state.isTaken = true }
                if state.isTaken { state.waiting.append(continuation) }
                return !state.isTaken
            }
            if isMine { continuation.resume() }
        }
    }

    package func end() {
        let next = state.withLock { state in
            if state.waiting.isEmpty { state.isTaken = false }
            return state.waiting.isEmpty ? nil : state.waiting.removeFirst()
        }
        next?.resume()
    }
}
