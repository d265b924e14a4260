/// Reads an answer's head from bytes that arrive in any pieces (RFC 9112, sections 4 and 5), as strictly as
/// ``RequestParser`` reads a request's: what two readers could take for different answers is refused.
package struct ResponseParser {
    package enum Outcome {
        case incomplete
        /// The head is whole and ends before this offset.
        case complete(Int)
        case refused(Refusal)
    }

    private let limits: HTTPLimits
    private var lines = HeadLines()
    private var fieldsStart: Int?

    package init(limits: HTTPLimits) { self.limits = limits }

    /// Whether a byte of the next answer has been seen.
    package var hasBegun: Bool { lines.hasBegun }

    package mutating func reset() { self = ResponseParser(limits: limits) }

    /// Goes on with all bytes that have come since the head began.
    /// - Parameter bytes: The same bytes as last time, and those that came since.
    package mutating func parse(_ bytes: Span<UInt8>, into head: inout ReceivedHead) -> Outcome {
        while let line = lines.next(in: bytes) {
            if let refusal = refusal(of: line.content) { return .refused(refusal) }
            guard line.endsWithCRLF else { return .refused(HeadLines.bareLF) }
            if fieldsStart == nil {
                if let refusal = Self.statusLine(bytes, line.content, into: &head) { return .refused(refusal) }
                fieldsStart = lines.start
            } else if line.content.isEmpty {
                return .complete(lines.start)
            } else if let refusal = head.fields.take(line.content, of: bytes, limits) {
                return .refused(refusal)
            }
        }
        let rest = lines.rest(in: bytes)
        if fieldsStart == nil, let refusal = Self.noAnswer(bytes.extracting(rest)) { return .refused(refusal) }
        return refusal(of: rest).map { .refused($0) } ?? .incomplete
    }

    /// What can be said of a line before its end is seen.
    private func refusal(of line: Range<Int>) -> Refusal? {
        if let fieldsStart { return line.upperBound - fieldsStart > limits.fields ? FieldTable.tooLarge : nil }
        return line.count > limits.requestLine ? .malformed("framing.status-line", "the status line does not end") : nil
    }

    /// A server that speaks something else is known by its first bytes, and must not be waited for.
    private static func noAnswer(_ start: Span<UInt8>) -> Refusal? {
        let version: StaticString = "HTTP/1."
        for index in 0..<min(start.count, version.utf8CodeUnitCount) where start[index] != version.utf8Start[index] {
            return start[0] == 0x15 || start[0] == 0x16
                ? .malformed("framing.tls", "it answers in TLS: it wants https")
                : .malformed("framing.status-line", "its answer does not begin with HTTP/1.1")
        }
        return nil
    }

    private static func statusLine(_ bytes: Span<UInt8>, _ line: Range<Int>, into head: inout ReceivedHead) -> Refusal?
    {
        let text = bytes.extracting(line)
        if let refusal = noAnswer(text) { return refusal }
        // The reason, and the blank before it, are often left out.
        guard text.count >= 12, ASCII.isDigit(text[7]), text[8] == ASCII.space,
            let status = text.extracting(9..<12).decimal, (100...599).contains(status),
            text.count == 12 || text[12] == ASCII.space
        else { return .malformed("framing.status-line", "its status line is not HTTP/1.1 CODE REASON") }
        for index in 12..<text.count where !ASCII.isFieldValue(text[index]) {
            return .malformed("framing.status-line", "its status line holds a control character")
        }
        head.status = Int(status)
        head.minorVersion = text[7] == ASCII.zero ? 0 : 1
        head.reason = line.lowerBound + min(13, text.count)..<line.upperBound
        return nil
    }
}
