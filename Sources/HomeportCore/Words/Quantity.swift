/// How a number with a unit is read, for every quantity that people write: `80ms`, `10mbit`, `256MB`, `1%`.
///
/// Units are written out, always: a bare number is an error, since nobody can tell seconds from milliseconds in it.
/// Exact decimals are read exactly as long as the result is a whole number of the smallest unit.
struct Quantity {
    /// What is being read, for the error: "a duration".
    let name: String
    let example: String
    /// Each unit's size in the smallest one.
    let units: [(word: String, size: UInt64)]
    /// Words that people write by habit, and why they are not taken.
    var slips: [String: String] = [:]

    /// - Returns: The amount in smallest units, rounded to the nearest.
    func read(_ text: String) throws(HomeportError) -> UInt64 {
        let split = text.firstIndex { !($0.isASCII && ($0.isNumber || $0 == ".")) } ?? text.endIndex
        let digits = text[..<split]
        let word = text[split...].drop { $0 == " " }
        guard let number = decimal(digits) else {
            throw wrong(text, "it starts with no number", nil)
        }
        guard !word.isEmpty else { throw wrong(text, "the unit is missing", units.map(\.word).joined(separator: ", ")) }
        guard let unit = units.first(where: { $0.word == word }) else {
            if let why = slips[word.lowercased()] { throw wrong(text, why, nil) }
            let near = Spelling.nearest(to: String(word), among: units.map(\.word))
            throw wrong(text, "\"\(word)\" is no unit here", near ?? units.map(\.word).joined(separator: ", "))
        }
        let (product, over) = number.whole.multipliedReportingOverflow(by: unit.size)
        let part = (number.part * Double(unit.size)).rounded()
        let (sum, over2) = product.addingReportingOverflow(UInt64(part))
        guard !over, !over2 else { throw wrong(text, "that is more than can be counted", nil) }
        return sum
    }

    /// Prints with the largest unit that leaves at most three decimals, so that it reads back the same.
    func print(_ amount: UInt64) -> String {
        for (word, size) in units.reversed() where amount >= size || size == 1 {
            if amount % size == 0 { return "\(amount / size)\(word)" }
            let (thousandths, over) = amount.multipliedReportingOverflow(by: 1000)
            if !over, thousandths % size == 0 {
                var decimals = String(thousandths / size % 1000 + 1000).dropFirst()
                while decimals.hasSuffix("0") { decimals.removeLast() }
                return "\(amount / size).\(decimals)\(word)"
            }
        }
        return "\(amount)\(units[0].word)"
    }

    private func decimal(_ digits: Substring) -> (whole: UInt64, part: Double)? {
        let halves = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = halves.first, let whole = UInt64(first) else { return nil }
        guard halves.count == 2 else { return (whole, 0) }
        guard halves[1].count <= 18, let part = UInt64(halves[1]) else { return nil }
        return (whole, Double(part) / halves[1].reduce(1.0) { scale, _ in scale * 10 })
    }

    private func wrong(_ text: String, _ why: String, _ right: String?) -> HomeportError {
        let fix = right.map { "use \($0), as in \(example)" } ?? "write it as in \(example)"
        return HomeportError(.badValue, "\"\(text)\" is not \(name): \(why)", fix: fix)
    }
}
