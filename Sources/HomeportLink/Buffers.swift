import HomeportConditions
import HomeportCore

/// How much may wait on a link's way.
enum Buffers {
    /// Without conditions nothing waits but for a slow receiver.
    static let plain = 1 << 20
    /// What a router of little memory holds.
    static let least = 64 << 10
    /// For one direction of one connection, whatever its conditions ask for.
    static let most = 4 << 20
    /// The most that is read at once. Measured: with less, each byte costs more.
    static let read = 256 << 10

    /// As much as is under way at the line's rate and delay, so that a connection can reach that rate; without a rate, as much
    /// as is allowed.
    static func limit(_ templates: [ConditionTemplate]) -> Int {
        guard !templates.isEmpty else { return plain }
        var (delay, rate, queue) = (0.0, Double.infinity, 0)
        for template in templates {
            switch template {
            case .rate(let it, _, let bytes):
                rate = min(rate, it.bytesPerSecond)
                queue = max(queue, bytes ?? 0)
            case .trace(let trace): rate = min(rate, Double(trace.bitsPerSecond) / 8)
            case .latency(let latency): delay += Double(latency.mean) + Double(latency.jitter)
            case .steps(let spread, _): delay += Double(spread)
            case .loss(_, let recovery): delay += Double(recovery)
            default: break
            }
        }
        let underWay = delay == 0 ? (rate.isFinite ? 0 : Double(plain)) : rate * delay / 1e9
        return Int(min(Double(most), max(Double(least), Double(queue) + underWay)))
    }
}
