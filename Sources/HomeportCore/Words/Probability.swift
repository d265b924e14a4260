/// How often something happens by chance: 0 … 1, written as a percentage (`1%`, `0.05%`).
///
///     try Probability(parsing: "0.5%").fraction       // 0.005
///     Probability(0.07)?.description                  // "7%"
///
/// What it prints, it reads back as the same value.
public struct Probability: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// 0 … 1.
    public let fraction: Double

    /// - Returns: nil outside 0 … 1, and for NaN.
    public init?(_ fraction: Double) {
        guard fraction >= 0, fraction <= 1 else { return nil }
        // Zero has a sign in floating point, and none here.
        self.fraction = fraction == 0 ? 0 : fraction
    }

    /// - Throws: ``HomeportError`` with code `value.malformed`; a bare number too, since `1` may mean 1 % or always.
    public init(parsing text: String) throws(HomeportError) {
        guard text.hasSuffix("%") else {
            let isNumber = Double(text) != nil
            throw HomeportError(
                .badValue,
                "\"\(text)\" is not a probability: the % is missing",
                fix: isNumber ? "write \(text)%" : "write it as in 1%"
            )
        }
        let digits = text.dropLast()
        // The percent sign as an exponent: dividing by 100 would round once more, and 7% would print as
        // 7.000000000000001%.
        guard !digits.isEmpty, digits.utf8.allSatisfy({ ($0 >= 48 && $0 <= 57) || $0 == 46 }),
            let fraction = Double("\(digits)e-2")
        else { throw HomeportError(.badValue, "\"\(text)\" is not a probability", fix: "write it as in 1%") }
        guard let value = Probability(fraction) else {
            throw HomeportError(.badValue, "\"\(text)\" is more than always", fix: "write 0% to 100%")
        }
        self = value
    }

    public var description: String { Self.shifted("\(fraction)") + "%" }
    public static func < (a: Self, b: Self) -> Bool { a.fraction < b.fraction }

    /// A decimal number as Swift prints it (`0.07`, `1e-05`), times 100, without an exponent and without rounding.
    private static func shifted(_ number: String) -> String {
        let parts = number.split(separator: "e")
        let halves = parts[0].split(separator: ".")
        let decimals = halves.count > 1 && halves[1] != "0" ? String(halves[1]) : ""
        var digits = Array(halves[0] + decimals)
        // Where the point stands, counted from the first digit.
        var point = halves[0].count + 2 + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        if point <= 0 {
            digits.insert(contentsOf: [Character](repeating: "0", count: 1 - point), at: 0)
            point = 1
        }
        while digits.count < point { digits.append("0") }
        let whole = String(digits[..<point].drop { $0 == "0" })
        let rest = String(digits[point...])
        return (whole.isEmpty ? "0" : whole) + (rest.isEmpty ? "" : ".\(rest)")
    }
}
