import HomeportConditions
import Synchronization

/// The limited lines of a link, or of a group of links: one for each place in a direction, the same one as long as it is
/// asked for, so that a change of rate is felt by all who share it.
package final class Lines: Sendable {
    private let lines = Mutex<[UInt64: Bottleneck]>([:])

    package init() {}

    /// Lets go of the lines of other places.
    func keep(only keys: Set<UInt64>) { lines.withLock { $0 = $0.filter { keys.contains($0.key) } } }

    func line(_ key: UInt64, pace: Bottleneck.Pace, now: Instant) -> Bottleneck {
        lines.withLock { lines in
            if let line = lines[key] {
                line.change(to: pace, now: now)
                return line
            }
            let line = Bottleneck(pace)
            lines[key] = line
            return line
        }
    }
}
