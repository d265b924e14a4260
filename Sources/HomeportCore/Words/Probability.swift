/// How often something happens by chance: 0 … 1, written as a percentage (`1%`, `0.05%`).
public struct Probability: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// 0 … 1.
    public let fraction: Double

    /// - Returns: nil outside 0 … 1, and for NaN.
    public init?(_ fraction: Double) {
        guard fraction >= 0, fraction <= 1 else { return nil }
        self.fraction = fraction
    }

    /// - Throws: ``HomeportError`` with code `value.malformed`; a bare number too, since `1` may mean 1 % or always.
    public init(parsing text: String) throws(HomeportError) {
        guard text.hasSuffix("%") else {
            throw HomeportError(
                .badValue,
                "\"\(text)\" is not a probability: the % is missing",
                fix: "write it as in 1%"
            )
        }
        let digits = text.dropLast()
        guard !digits.isEmpty, digits.utf8.allSatisfy({ ($0 >= 48 && $0 <= 57) || $0 == 46 }),
            let percent = Double(digits)
        else { throw HomeportError(.badValue, "\"\(text)\" is not a probability", fix: "write it as in 1%") }
        guard let value = Probability(percent / 100) else {
            throw HomeportError(.badValue, "\"\(text)\" is more than always", fix: "write 0% to 100%")
        }
        self = value
    }

    public var description: String {
        let percent = fraction * 100
        return percent == percent.rounded() ? "\(Int(percent))%" : "\(percent)%"
    }
    public static func < (a: Self, b: Self) -> Bool { a.fraction < b.fraction }
}
