/// Delay that becomes another at fixed moments, as when a ground station changes satellites. Real, as ``Latency`` is.
///
/// The moments and the delays are the same for every stream that has the same ``draws``: a link's connections all change
/// satellites together.
public struct LatencySteps: StreamCondition, Hashable {
    /// Nanoseconds: the least delay.
    public var least: UInt64
    /// Nanoseconds: how far above it a step may be, evenly.
    public var spread: UInt64
    /// Nanoseconds from one step to the next; at least 1.
    public var every: UInt64
    public let draws: Draws

    public init(least: UInt64, spread: UInt64, every: UInt64, draws: Draws) {
        self.least = least
        self.spread = spread
        self.every = max(1, every)
        self.draws = draws
    }

    /// The delay of what comes at a moment.
    public func delay(at time: Instant) -> UInt64 {
        least &+ UInt64(Double(spread) * draws.uniform(at: time / every))
    }

    mutating func judge(_ segment: Segment, now: Instant, draws: Draws) -> Verdict {
        .leave(at: segment.entered &+ delay(at: segment.entered))
    }
}

extension LatencySteps: DatagramCondition {
    mutating func judge(_ datagram: Datagram, draws: Draws) -> Fate {
        .leave(at: datagram.entered &+ delay(at: datagram.entered))
    }
}
