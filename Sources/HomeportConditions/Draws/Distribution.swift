#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How jitter is spread around its mean, in units of the jitter that was asked for.
///
/// The shapes are netem's, in closed form instead of tables of 4,096 samples; like its tables they end at four units.
public enum Distribution: Sendable, Hashable {
    /// Evenly within ±1.
    case uniform
    /// Standard deviation 1 (0.9999 after the cut at ±4).
    case normal
    /// A long tail to one side: shape 3, mean 0, from −2/3; the cut at 4 makes the mean −0.03 and the deviation 0.82.
    case pareto
    /// A quarter normal and three quarters pareto: what long ways through the internet look like.
    case paretonormal
    /// Measured values, sorted, each as likely as the others; between two of them evenly. In units of the jitter, too.
    case table([Double])

    /// The value below which a share `u` of all lies.
    /// - Parameter u: 0 ..< 1.
    public func quantile(_ u: Double) -> Double {
        switch self {
        case .uniform: 2 * u - 1
        case .normal: Self.normal(u)
        case .pareto: Self.pareto(u)
        case .paretonormal: 0.25 * Self.normal(u) + 0.75 * Self.pareto(u)
        case .table(let values): Self.interpolated(values, u)
        }
    }

    private static func normal(_ u: Double) -> Double { min(4, max(-4, Normal.quantile(u))) }

    private static func pareto(_ u: Double) -> Double { min(4, (1 / cbrt(1 - u) - 1.5) * 4 / 3) }

    private static func interpolated(_ values: [Double], _ u: Double) -> Double {
        guard let last = values.last else { return 0 }
        let place = u * Double(values.count - 1)
        let index = Int(place)
        guard index + 1 < values.count else { return last }
        return values[index] + (values[index + 1] - values[index]) * (place - Double(index))
    }
}
