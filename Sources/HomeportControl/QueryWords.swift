import HomeportCore

/// The words behind a request's `?`: `filter=status%3E%3D500&limit=100`.
struct QueryWords {
    private var words: [String: String] = [:]
    private var twice: String?

    init(_ text: String) {
        for part in text.utf8.split(separator: UInt8(ascii: "&")) {
            let pair = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let name = Self.decoded(pair[0])
            let value = pair.count > 1 ? Self.decoded(pair[1]) : ""
            if words.updateValue(value, forKey: name) != nil { twice = name }
        }
    }

    subscript(name: String) -> String? { words[name] }

    /// - Throws: ``HomeportError`` where it is there and no number within the range.
    func number<Number: FixedWidthInteger>(
        _ name: String,
        in range: ClosedRange<Number>
    ) throws(HomeportError) -> Number? {
        guard let text = words[name] else { return nil }
        guard let number = Number(digits: text), range.contains(number) else {
            throw HomeportError(
                .badValue,
                "\(name) is a whole number from \(range.lowerBound) to \(range.upperBound)",
                where: name
            )
        }
        return number
    }

    /// - Throws: ``HomeportError`` where it is there and neither true nor false.
    func flag(_ name: String) throws(HomeportError) -> Bool {
        guard let text = words[name] else { return false }
        guard text == "true" || text == "false" else {
            throw HomeportError(.badValue, "\(name) is true or false", where: name)
        }
        return text == "true"
    }

    /// - Throws: ``HomeportError`` for a word that nobody asked for: a slip would be taken for a filter that finds all. And for one
    ///   that stands there twice.
    func only(_ known: String...) throws(HomeportError) {
        if let twice { throw HomeportError(.badValue, "\(twice.harmless) stands there twice", where: "query") }
        guard let unknown = words.keys.sorted().first(where: { !known.contains($0) }) else { return }
        let near = Spelling.nearest(to: unknown, among: known).map { "did you mean \($0)?" }
        throw HomeportError(
            .badValue,
            "\(unknown.harmless) is not asked for here",
            where: "query",
            fix: near ?? "known: \(known.joined(separator: ", "))"
        )
    }

    /// Percent-encoding undone; a percent sign that begins none stays.
    private static func decoded(_ text: Substring.UTF8View) -> String {
        var bytes: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+") {
                bytes.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%"), rest.prefix(2).allSatisfy(isHexadecimal),
                let hex = UInt8(String(Substring(rest.prefix(2))), radix: 16), rest.count >= 2
            {
                bytes.append(hex)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Swift would read a sign, too.
    private static func isHexadecimal(_ byte: UInt8) -> Bool { Character(Unicode.Scalar(byte)).isHexDigit }
}

extension FixedWidthInteger {
    /// Of digits alone, without a sign.
    package init?(digits text: String) {
        guard text.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else { return nil }
        self.init(text, radix: 10)
    }
}

extension String {
    /// As a word of a query.
    var percentEncoded: String {
        utf8.reduce(into: "") { text, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default: text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
    }
}
