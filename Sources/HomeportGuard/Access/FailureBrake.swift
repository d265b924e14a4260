import HomeportNet
import NIOCore
import Synchronization

/// Slows down who fails again and again: the first few failures of a minute are told at once, each further one later, up to some seconds.
final class FailureBrake: Sendable {
    private enum Key: Hashable {
        case user(UInt32)
        case host(String)
    }

    private struct Count {
        var failures = 0
        var last: NIODeadline
        /// When the last of those that wait has its turn.
        var turn = NIODeadline.uptimeNanoseconds(0)
    }

    private static let free = 5
    private static let longest = TimeAmount.seconds(5)
    private static let longestHold = TimeAmount.seconds(30)
    private static let forgets = TimeAmount.seconds(60)
    private static let most = 1024

    private let counts = Mutex<[Key: Count]>([:])

    /// How long the next try of somebody waits; each that waits lets the one behind it wait longer.
    /// - Returns: Nil where those that wait already take longer than anybody is let wait.
    func hold(for peer: Peer, now: NIODeadline) -> TimeAmount? {
        let key = key(of: peer)
        return counts.withLock { counts in
            guard var count = counts[key], now - count.last < Self.forgets else { return .zero }
            let step = Self.delay(after: count.failures)
            guard step > .zero else { return .zero }
            let turn = max(count.turn, now) + step
            guard turn - now <= Self.longestHold else { return nil }
            count.turn = turn
            counts[key] = count
            return count.turn - now
        }
    }

    private func key(of peer: Peer) -> Key {
        if case .user(let uid) = peer.owner { .user(uid) } else { .host(peer.host) }
    }

    /// One more failure.
    /// - Returns: How long to wait before it is told.
    func delay(for peer: Peer, now: NIODeadline) -> TimeAmount {
        let key = key(of: peer)
        return counts.withLock { counts in
            if counts.count >= Self.most { counts = counts.filter { now - $0.value.last < Self.forgets } }
            // Who comes from a thousand addresses at once is slowed down as one.
            let key = counts.count >= Self.most && counts[key] == nil ? .host("") : key
            var count = counts[key] ?? Count(last: now)
            if now - count.last >= Self.forgets { count.failures = 0 }
            count.failures += 1
            count.last = now
            counts[key] = count
            return Self.delay(after: count.failures)
        }
    }

    /// 100 ms, twice that, and so on.
    static func delay(after failures: Int) -> TimeAmount {
        guard failures > free else { return .zero }
        return min(.milliseconds(100) * (1 << min(failures - free - 1, 16)), longest)
    }
}
