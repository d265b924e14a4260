import NIOCore
import Synchronization

/// The open connections of a listener: counted against the descriptors that the process may have, and found again when
/// the listener stops.
final class ConnectionTable: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isRefusing = false
        var isStopping = false
    }

    private let state = Mutex(State())
    private let limit: Int
    private let onRefusal: @Sendable (String) -> Void

    init(limit: Int, onRefusal: @escaping @Sendable (String) -> Void) {
        self.limit = limit
        self.onRefusal = onRefusal
    }

    var count: Int { state.withLock { $0.channels.count } }

    /// - Returns: False when there is no room, or no more time.
    func add(_ channel: any Channel) -> Bool {
        let id = ObjectIdentifier(channel)
        let (added, news) = state.withLock { state -> (Bool, Bool) in
            guard state.channels.count < limit, !state.isStopping else {
                defer { state.isRefusing = true }
                return (false, !state.isRefusing && !state.isStopping)
            }
            state.channels[id] = channel
            return (true, false)
        }
        if news { onRefusal("\(limit) connections are open: new ones are refused until some close (ulimit -n)") }
        guard added else { return false }
        channel.closeFuture.whenComplete { [self] _ in
            state.withLock { state in
                state.channels[id] = nil
                if state.channels.count < limit - limit / 8 { state.isRefusing = false }
            }
        }
        return true
    }

    func quiesce() {
        let all = state.withLock { state in
            state.isStopping = true
            return Array(state.channels.values)
        }
        for channel in all { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
    }

    func closeAll() -> Int {
        let all = state.withLock { Array($0.channels.values) }
        for channel in all { channel.close(promise: nil) }
        return all.count
    }
}
