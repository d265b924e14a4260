/// A recorded link: moments at each of which up to 1,500 bytes could pass. After its last moment it begins again.
///
/// mahimahi's model: several small packets share one moment, and what nobody uses is lost.
public struct DeliveryTrace: Sendable, Hashable {
    /// Nanoseconds from its beginning, in ascending order.
    public let moments: [UInt64]
    /// After which it begins again.
    public let period: UInt64
    /// Bytes at each moment.
    public static let unit = 1500

    /// - Returns: nil where there is no moment, or none later than its beginning.
    public init?(moments: [UInt64]) {
        guard let last = moments.last, last > 0, zip(moments, moments.dropFirst()).allSatisfy({ $0 <= $1 }) else {
            return nil
        }
        self.moments = moments
        period = last
    }

    /// On average.
    public var bitsPerSecond: UInt64 {
        UInt64(Double(moments.count * Self.unit * 8) / (Double(period) / 1e9))
    }

    /// One pass over it after the other.
    struct Cursor: Sendable {
        /// Of the next moment, counted over all passes.
        private var index: UInt64 = 0
        private var left = DeliveryTrace.unit

        /// Takes the next bytes that may pass.
        /// - Parameters:
        ///   - from: Since the trace began: what could have passed before is lost.
        /// - Returns: When the last of them does.
        mutating func take(_ count: Int, from: UInt64, of trace: DeliveryTrace) -> UInt64 {
            if time(trace) < from {
                index = first(at: from, trace)
                left = DeliveryTrace.unit
            }
            var need = count
            if need > left {
                need -= left
                let whole = (need - 1) / DeliveryTrace.unit
                index += 1 + UInt64(whole)
                need -= whole * DeliveryTrace.unit
                left = DeliveryTrace.unit
            }
            left -= need
            let moment = time(trace)
            if left == 0 { (index, left) = (index + 1, DeliveryTrace.unit) }
            return moment
        }

        /// Bytes that were taken and have not passed yet.
        func waiting(at moment: UInt64, of trace: DeliveryTrace) -> Int {
            let next = first(at: moment, trace)
            // One that is behind has nothing.
            guard index >= next else { return 0 }
            return Int(clamping: index - next) * DeliveryTrace.unit + (DeliveryTrace.unit - left)
        }

        private func time(_ trace: DeliveryTrace) -> UInt64 {
            let count = UInt64(trace.moments.count)
            return index / count &* trace.period &+ trace.moments[Int(index % count)]
        }

        private func first(at moment: UInt64, _ trace: DeliveryTrace) -> UInt64 {
            let pass = moment / trace.period
            let rest = moment % trace.period
            let place = trace.moments.partition { $0 < rest }
            return pass &* UInt64(trace.moments.count) &+ UInt64(place)
        }
    }
}
