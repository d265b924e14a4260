extension RandomAccessCollection where Element: Comparable {
    /// Of what is sorted: the least of its values that so large a share of them does not exceed (nearest rank). Nil where there is none.
    /// - Parameter share: 0 to 1: 0.5 is the median, the lower one of an even count.
    package func percentile(_ share: Double) -> Element? {
        guard !isEmpty else { return nil }
        // What a product of decimals has too much is no rank more.
        let rank = Int((Double(count) * share - 1e-9).rounded(.up))
        return self[index(startIndex, offsetBy: Swift.min(Swift.max(rank, 1), count) - 1)]
    }
}
