/// How a number with a unit is read, for every quantity that people write: `80ms`, `10mbit`, `256MB`.
///
/// Units are written out, always: a bare number is an error, since nobody can tell seconds from milliseconds in it.
/// Exact decimals are read exactly as long as the result is a whole number of the smallest unit.
struct Quantity {
    /// What is being read, for the error: "a duration".
    let name: String
    let example: String
    /// Each unit's size in the smallest one, in ascending order.
    let units: [(word: String, size: UInt64)]
    /// The units that are printed, where there are several families of them; nil prints with all.
    var printed: Set<String>?
    /// Words that people write by habit, in lower case, and what they may have meant: a unit, and perhaps what it is.
    var slips: [String: [String]] = [:]

    /// - Returns: The amount in smallest units, rounded to the nearest.
    func read(_ text: String) throws(HomeportError) -> UInt64 {
        let split = text.firstIndex { !($0.isASCII && ($0.isNumber || $0 == ".")) } ?? text.endIndex
        let digits = text[..<split]
        let word = text[split...].drop { $0 == " " }
        let number = try decimal(digits, in: text)
        guard !word.isEmpty else {
            let example = units.map { "\(digits)\($0.word)" }.joined(separator: ", ")
            throw wrong(text, "the unit is missing", "write one of \(example)")
        }
        guard let unit = units.first(where: { $0.word == word }) else { throw unknown(word, after: digits, in: text) }
        let (product, over) = number.whole.multipliedReportingOverflow(by: unit.size)
        let part = (number.part * Double(unit.size)).rounded()
        let (sum, over2) = product.addingReportingOverflow(UInt64(part))
        guard !over, !over2 else { throw tooMuch(text) }
        return sum
    }

    /// Prints with the largest unit that leaves at most three decimals, so that it reads back the same.
    func print(_ amount: UInt64) -> String {
        for (word, size) in units.reversed() where amount >= size && printed?.contains(word) != false {
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

    private func decimal(_ digits: Substring, in text: String) throws(HomeportError) -> (whole: UInt64, part: Double) {
        guard !digits.isEmpty else {
            throw text.hasPrefix("-")
                ? wrong(text, "it is negative", nil) : wrong(text, "it starts with no number", nil)
        }
        if digits.hasPrefix("."), digits.count > 1 { throw wrong(text, "a digit is missing", "write 0\(text)") }
        let halves = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard halves.count <= 2, halves.allSatisfy({ !$0.isEmpty }) else {
            throw wrong(text, "\"\(digits)\" is no number", nil)
        }
        guard let whole = UInt64(halves[0]) else { throw tooMuch(text) }
        guard halves.count == 2 else { return (whole, 0) }
        guard halves[1].count <= 18, let part = UInt64(halves[1]) else {
            throw wrong(text, "it has more than 18 decimals", nil)
        }
        return (whole, Double(part) / halves[1].reduce(1.0) { scale, _ in scale * 10 })
    }

    private func unknown(_ word: Substring, after digits: Substring, in text: String) -> HomeportError {
        if let meant = slips[word.lowercased()] {
            let fix = "write " + meant.map { digits + $0 }.joined(separator: " or ")
            let why = meant.count > 1 ? "\"\(word)\" may mean two things" : "\"\(word)\" is no unit here"
            return wrong(text, why, fix)
        }
        if word.hasPrefix(",") {
            return wrong(text, "decimals are written with a point", "write \(digits).\(word.dropFirst())")
        }
        let near = Spelling.nearest(to: String(word), among: units.map(\.word))
        let known = units.map(\.word).joined(separator: ", ")
        return wrong(text, "\"\(word)\" is no unit here", near.map { "write \(digits)\($0)" } ?? "known: \(known)")
    }

    private func tooMuch(_ text: String) -> HomeportError {
        wrong(text, "that is more than can be counted", "the most is \(UInt64.max)\(units[0].word)")
    }

    private func wrong(_ text: String, _ why: String, _ fix: String?) -> HomeportError {
        HomeportError(.badValue, "\"\(text)\" is not \(name): \(why)", fix: fix ?? "write it as in \(example)")
    }
}
