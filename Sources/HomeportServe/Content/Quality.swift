import HomeportHTTP

/// How much a client likes something, in thousandths: `;q=0.5` is 500 (RFC 9110, section 12.4.2).
enum Quality {
    /// - Parameter parameters: What follows a list element's name, with its first semicolon.
    /// - Returns: 1000 without a quality, and 0 for one that cannot be read.
    static func read(_ parameters: Span<UInt8>) -> Int {
        var result = 1000
        parameters.forEachElement(separator: ASCII.semicolon) { parameter in
            guard parameter.count > 1, parameter[0] | 0x20 == 0x71, parameter[1] == ASCII.equals else { return }
            result = thousandths(parameter.extracting(2...)) ?? 0
        }
        return result
    }

    /// `1`, `0.5`, `1.000`: at most three decimals, and never above 1.
    private static func thousandths(_ text: Span<UInt8>) -> Int? {
        guard 1...5 ~= text.count, text[0] == ASCII.zero || text[0] == ASCII.zero + 1 else { return nil }
        var value = Int(text[0] - ASCII.zero) * 1000
        guard text.count > 1 else { return value }
        guard text[1] == ASCII.dot else { return nil }
        var scale = 100
        for index in 2..<text.count {
            guard ASCII.isDigit(text[index]) else { return nil }
            value += Int(text[index] - ASCII.zero) * scale
            scale /= 10
        }
        return value <= 1000 ? value : nil
    }
}
