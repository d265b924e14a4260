import NIOCore

@testable import HomeportHTTP

extension RequestHead {
    /// A head as it would have come: `RequestHead("GET /a", "If-None-Match: *")`.
    init(_ request: String, _ fields: String...) {
        self.init(lines: ["\(request) HTTP/1.1", "Host: localhost"] + fields)
    }

    private init(lines: [String]) {
        self.init()
        let bytes = ByteBuffer(string: lines.joined(separator: "\r\n") + "\r\n\r\n")
        fields.bytes = bytes
        var parser = RequestParser(limits: HTTPLimits())
        guard case .complete = parser.parse(bytes.readableBytesUInt8Span, into: &self) else {
            preconditionFailure("the test's own request is malformed: \(lines)")
        }
    }
}

/// Calls `body` with text as the span that the code under test takes.
func withSpan<Result>(_ text: String, _ body: (Span<UInt8>) -> Result) -> Result {
    withSpan(Array(text.utf8), body)
}

func withSpan<Result>(_ bytes: [UInt8], _ body: (Span<UInt8>) -> Result) -> Result { body(bytes.span) }
