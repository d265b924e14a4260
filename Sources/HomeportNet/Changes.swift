import Synchronization

/// Counts the changes of something, for those who wait for the next one.
package final class Changes: Sendable {
    private struct State {
        var number: UInt64 = 0
        var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter: UInt64 = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// How many there have been.
    package var number: UInt64 { state.withLock { $0.number } }

    /// There is one more.
    package func tell() {
        let waiting: [UInt64: CheckedContinuation<Void, Never>]? = state.withLock { state in
            state.number += 1
            guard !state.waiting.isEmpty else { return nil }
            defer { state.waiting = [:] }
            return state.waiting
        }
        for one in waiting ?? [:] { one.value.resume() }
    }

    /// Returns when there have been more than `number`, when the time is up, or when the task is cancelled.
    package func wait(after number: UInt64, within time: Duration) async {
        await withTaskGroup { group in
            group.addTask { await self.next(after: number) }
            group.addTask { try? await Task.sleep(for: time) }
            await group.next()
            group.cancelAll()
        }
    }

    private func next(after number: UInt64) async {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isThere = state.withLock { state in
                    if state.number > number || Task.isCancelled { return true }
                    state.waiting[id] = continuation
                    return false
                }
                if isThere { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: id) }?.resume()
        }
    }
}
