/// The lines of a head, from bytes that arrive in any pieces: remembers how far it looked, so that a peer that sends one byte
/// at a time costs no more than its bytes.
struct HeadLines {
    /// Where the next line starts.
    private(set) var start = 0
    private var scanned = 0

    /// Whether a byte has been seen.
    var hasBegun: Bool { scanned > 0 }

    /// - Returns: The next line that is whole, without what ends it.
    mutating func next(in bytes: Span<UInt8>) -> (content: Range<Int>, endsWithCRLF: Bool)? {
        var index = scanned
        while index < bytes.count {
            if bytes[index] == ASCII.lf {
                scanned = index + 1
                let content = Self.content(of: bytes, start..<index)
                start = index + 1
                return (content, content.upperBound < index)
            }
            index += 1
        }
        scanned = index
        return nil
    }

    /// What there is of a line that has not ended.
    func rest(in bytes: Span<UInt8>) -> Range<Int> { Self.content(of: bytes, start..<bytes.count) }

    /// A line without the CR at its end, which may be the first half of what ends it.
    private static func content(of bytes: Span<UInt8>, _ line: Range<Int>) -> Range<Int> {
        guard !line.isEmpty, bytes[line.upperBound - 1] == ASCII.cr else { return line }
        return line.lowerBound..<line.upperBound - 1
    }

    static let bareLF = Refusal.malformed("framing.bare-lf", "a line ends with LF alone")
}

extension FieldTable {
    /// Takes a field line (RFC 9112, section 5), strictly.
    /// - Parameter line: Its place in `bytes`.
    mutating func take(_ line: Range<Int>, of bytes: Span<UInt8>, _ limits: HTTPLimits) -> Refusal? {
        guard lines.count < limits.fieldCount else { return Self.tooLarge }
        let text = bytes.extracting(line)
        if ASCII.isBlank(text[0]) {
            return .malformed("framing.fold", "a field line starts with a blank; continued lines are obsolete")
        }
        var colon = 0
        while colon < text.count, ASCII.isToken(text[colon]) { colon += 1 }
        guard colon > 0, colon < text.count, text[colon] == ASCII.colon, colon <= UInt16.max else {
            return .malformed("framing.field-name", "a field line is not Name: value, without blanks before the colon")
        }
        var start = colon + 1
        var end = text.count
        while start < end, ASCII.isBlank(text[start]) { start += 1 }
        while end > start, ASCII.isBlank(text[end - 1]) { end -= 1 }
        for index in start..<end where !ASCII.isFieldValue(text[index]) {
            return .malformed("framing.field-value", "a field's value holds a control character")
        }
        append(
            Line(
                nameStart: UInt32(truncatingIfNeeded: line.lowerBound),
                valueStart: UInt32(truncatingIfNeeded: line.lowerBound + start),
                valueEnd: UInt32(truncatingIfNeeded: line.lowerBound + end),
                nameLength: UInt16(truncatingIfNeeded: colon),
                name: FieldName(text.extracting(0..<colon))
            )
        )
        return nil
    }

    static let tooLarge = Refusal(431, "framing.fields", "the fields of the head are too many or too long")
}
