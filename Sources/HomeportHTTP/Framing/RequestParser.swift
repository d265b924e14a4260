/// Reads a request's head from bytes that arrive in any pieces (RFC 9112, sections 2 to 5), strictly.
///
/// The parser works a line at a time and remembers how far it looked, so that a client that sends one byte at a time
/// costs no more than its bytes, and a verdict never depends on where the network cut. What it accepts, every strict
/// reader reads the same way: one CRLF ends a line, one space separates the parts of the request line, nothing stands
/// before a colon, no line is continued. Leniency here is how requests are smuggled past one reader to another.
package struct RequestParser {
    package enum Outcome {
        case incomplete
        /// The head is whole and ends before this offset.
        case complete(Int)
        case refused(Refusal)
    }

    private enum Part { case beforeRequestLine, requestLine, fields }

    private let limits: HTTPLimits
    private var part = Part.beforeRequestLine
    private var lines = HeadLines()
    private var fieldsStart = 0

    package init(limits: HTTPLimits) { self.limits = limits }

    /// Whether a byte of the next request has been seen.
    package var hasBegun: Bool { lines.hasBegun }

    package mutating func reset() { self = RequestParser(limits: limits) }

    /// Goes on with all bytes that have come since the head began.
    /// - Parameter bytes: The same bytes as last time, and those that came since.
    package mutating func parse(_ bytes: Span<UInt8>, into head: inout RequestHead) -> Outcome {
        while let line = lines.next(in: bytes) {
            if let refusal = refusal(of: line.content, in: bytes) { return .refused(refusal) }
            guard line.endsWithCRLF else { return .refused(HeadLines.bareLF) }
            switch part {
            case .beforeRequestLine where line.content.isEmpty:
                // RFC 9112, section 2.2: one empty line before a request is forgiven. Its bytes stay in the buffer.
                part = .requestLine
            case .beforeRequestLine, .requestLine:
                if let refusal = requestLine(bytes, line.content, into: &head) { return .refused(refusal) }
                part = .fields
                fieldsStart = lines.start
            case .fields where line.content.isEmpty:
                return .complete(lines.start)
            case .fields:
                if let refusal = head.fields.take(line.content, of: bytes, limits) { return .refused(refusal) }
            }
        }
        return refusal(of: lines.rest(in: bytes), in: bytes).map { .refused($0) } ?? .incomplete
    }

    /// What can be said of a line before its end is seen: it may already be too long, or no HTTP at all. Asked of whole
    /// lines in the same words, and first, so that the verdict does not depend on whether the end had come.
    private func refusal(of line: Range<Int>, in bytes: Span<UInt8>) -> Refusal? {
        guard !line.isEmpty else { return nil }
        if part == .fields { return line.upperBound - fieldsStart > limits.fields ? FieldTable.tooLarge : nil }
        let first = bytes[line.lowerBound]
        guard ASCII.isToken(first) else { return Self.noRequest(first) }
        return line.count > limits.requestLine ? tooLong(bytes.extracting(line)) : nil
    }

    // MARK: Request line

    private func requestLine(_ bytes: Span<UInt8>, _ line: Range<Int>, into head: inout RequestHead) -> Refusal? {
        let text = bytes.extracting(line)
        guard !text.isEmpty else { return Self.noRequest(ASCII.cr) }
        guard let space = text.firstIndex(of: ASCII.space), let space2 = text.lastIndex(of: ASCII.space), space < space2
        else { return .malformed("framing.request-line", "the request line is not METHOD TARGET HTTP/1.1") }
        for index in 0..<space where !ASCII.isToken(text[index]) {
            return .malformed("framing.method", "the method is no token")
        }
        head.method = Method(text.extracting(0..<space))
        head.methodRange = line.lowerBound..<line.lowerBound + space
        head.target = line.lowerBound + space + 1..<line.lowerBound + space2
        if let refusal = version(text.extracting((space2 + 1)...), into: &head) { return refusal }
        if let refusal = target(bytes, into: &head) { return refusal }
        return nil
    }

    private func version(_ text: Span<UInt8>, into head: inout RequestHead) -> Refusal? {
        guard text.count == 8, text.extracting(0..<5).equals("HTTP/"), text[6] == ASCII.dot, ASCII.isDigit(text[5]),
            ASCII.isDigit(text[7])
        else { return .malformed("framing.version", "the request line does not end with HTTP/1.1") }
        guard text[5] == ASCII.zero + 1 else {
            return Refusal(505, "framing.version", "HTTP/\(text[5] - ASCII.zero) is not spoken here, HTTP/1.1 is")
        }
        // A higher minor version is understood as the highest that we know (RFC 9110, section 2.5).
        head.minorVersion = text[7] == ASCII.zero ? 0 : 1
        return nil
    }

    private func target(_ bytes: Span<UInt8>, into head: inout RequestHead) -> Refusal? {
        let target = bytes.extracting(head.target)
        guard !target.isEmpty else { return .malformed("framing.target", "the target is empty") }
        for index in 0..<target.count {
            // Bytes from 0x80 up are let through: a path is bytes, and people type them unencoded.
            let byte = target[index]
            if byte <= ASCII.space || byte == 0x7F || byte == ASCII.hash {
                return .malformed("framing.target", "the target holds a blank, a control character or a #")
            }
        }
        var pathStart = 0
        if target[0] == ASCII.slash {
            head.form = .origin
        } else if target.equals("*") {
            guard head.method == .options else { return .malformed("framing.target", "only OPTIONS asks for *") }
            head.form = .asterisk
        } else if head.method == .connect {
            guard Authority.isValid(target, portRequired: true) else {
                return .malformed("framing.target", "CONNECT asks for host:port")
            }
            head.form = .authority
            head.authority = head.target
            return nil
        } else if let authorityStart = Self.schemeEnd(target) {
            var end = authorityStart
            while end < target.count, target[end] != ASCII.slash, target[end] != ASCII.question { end += 1 }
            guard end > authorityStart, Authority.isValid(target.extracting(authorityStart..<end)) else {
                return .malformed("framing.target", "the target's authority is not host or host:port")
            }
            head.form = .absolute
            head.authority = head.target.lowerBound + authorityStart..<head.target.lowerBound + end
            pathStart = end
        } else {
            return .malformed("framing.target", "the target starts neither with / nor with http://")
        }
        if head.method == .connect { return .malformed("framing.target", "CONNECT asks for host:port") }
        let base = head.target.lowerBound
        let mark = target.firstIndex(of: ASCII.question, from: pathStart)
        head.path = base + pathStart..<base + (mark ?? target.count)
        head.query = mark.map { base + $0 + 1..<head.target.upperBound }
        return nil
    }

    private static func schemeEnd(_ target: Span<UInt8>) -> Int? {
        if target.count > 7, target.extracting(0..<7).equalsIgnoringCase("http://") { return 7 }
        if target.count > 8, target.extracting(0..<8).equalsIgnoringCase("https://") { return 8 }
        return nil
    }

    // MARK: Refusals

    private func tooLong(_ line: Span<UInt8>) -> Refusal {
        // Without a space in sight it is the method that does not end; with one, the target.
        line.extracting(first: min(64, limits.requestLine)).firstIndex(of: ASCII.space) == nil
            ? .malformed("framing.method", "the method does not end")
            : Refusal(414, "framing.target-length", "the target is too long")
    }

    private static func noRequest(_ first: UInt8) -> Refusal {
        first == 0x16
            ? .malformed("framing.tls", "this looks like TLS; plain HTTP is spoken here: use http://")
            : .malformed("framing.request-line", "a request does not start with this byte")
    }
}
