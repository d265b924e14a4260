/// Delay, with jitter. Real: each byte and the stream's end leave that much later than they came.
///
/// A stream keeps its order, so that one late packet makes those behind it wait: with jitter larger than the distance
/// between packets, what arrives is the running greatest of the delays.
public struct Latency: StreamCondition, Hashable {
    /// Nanoseconds, one way.
    public var mean: UInt64
    /// Nanoseconds: the unit of ``distribution``. 0 for none.
    public var jitter: UInt64
    public var distribution: Distribution
    /// How much a packet's delay resembles that of the one before: 0 ..< 1. The distribution stays as it is (a Gaussian
    /// copula), unlike netem's, whose correlation narrows it.
    public var correlation: Double

    /// Datagrams keep their order, too: one that is late makes those behind it wait, instead of being overtaken.
    public var keepsOrder = false

    private var walk: Walk?

    public init(mean: UInt64, jitter: UInt64 = 0, distribution: Distribution = .uniform, correlation: Double = 0) {
        self.mean = mean
        self.jitter = jitter
        self.distribution = distribution
        self.correlation = correlation
    }

    private struct Walk: Hashable {
        var packet: UInt64
        /// Of the standard normal distribution.
        var place: Double
    }

    mutating func adopt(_ other: Latency) { walk = other.walk }

    mutating func judge(_ segment: Segment, now: Instant, draws: Draws) -> Verdict {
        if jitter > 0, segment.count > segment.inPacket { return .split(after: segment.inPacket) }
        return .leave(at: segment.entered &+ delay(segment.drawnAt, draws))
    }

    private mutating func delay(_ packet: UInt64, _ draws: Draws) -> UInt64 {
        guard jitter > 0 else { return mean }
        let delay = Double(mean) + Double(jitter) * distribution.quantile(share(packet, draws))
        // Two years: several of them in a row still can be added to a clock.
        return UInt64(min(max(0, delay), 0x1p56))
    }

    private mutating func share(_ packet: UInt64, _ draws: Draws) -> Double {
        let even = draws.uniform(at: packet)
        guard correlation > 0 else { return even }
        if walk?.packet != packet {
            // Never exactly 0, where the quantile is infinite.
            let step = Normal.quantile(max(even, 0x1p-54))
            let place = walk.map { correlation * $0.place + (1 - correlation * correlation).squareRoot() * step }
            walk = Walk(packet: packet, place: place ?? step)
        }
        return walk.map { min(Normal.cdf($0.place), 1 - 0x1p-53) } ?? even
    }
}

extension Latency: DatagramCondition {
    mutating func judge(_ datagram: Datagram, draws: Draws) -> Fate {
        let due = datagram.entered &+ delay(datagram.number, draws)
        return keepsOrder ? .follow(at: due) : .leave(at: due)
    }
}
