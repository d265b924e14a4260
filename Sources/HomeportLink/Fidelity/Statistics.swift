import HomeportConditions

/// What a sample says of what it was drawn from.
enum Statistics {
    /// Kolmogorov and Smirnov's D: the largest distance between the sample's distribution and the one it should have.
    /// - Parameters:
    ///   - sorted: In units of the distribution.
    static func distance(_ sorted: [Double], to distribution: Distribution) -> Double {
        let count = Double(sorted.count)
        return sorted.enumerated().reduce(0) { most, sample in
            let share = cdf(sample.element, distribution)
            return max(most, share - Double(sample.offset) / count, Double(sample.offset + 1) / count - share)
        }
    }

    /// Where D of a right sample lies below 99 times out of 100.
    static func criticalDistance(_ count: Int) -> Double { 1.63 / Double(count).squareRoot() }

    /// The share below a value, found from its inverse, which is what a distribution tells.
    static func cdf(_ value: Double, _ distribution: Distribution) -> Double {
        var (low, high) = (0.0, 1.0)
        for _ in 0..<40 {
            let middle = (low + high) / 2
            if distribution.quantile(middle) < value { low = middle } else { high = middle }
        }
        return low
    }

    /// Between which shares 99 of 100 samples of so many lie, where each is lost with this probability.
    /// - Parameter inflation: How many times the variance is larger than that of independent losses.
    static func lossInterval(_ probability: Double, _ count: Int, inflation: Double = 1) -> ClosedRange<Double> {
        let spread = 2.576 * (probability * (1 - probability) * inflation / Double(count)).squareRoot()
        return max(0, probability - spread)...min(1, probability + spread)
    }
}
