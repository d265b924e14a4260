import NIOCore

/// A request's head as it came: its request line, as offsets into the bytes of ``fields``, and what it says of the message.
///
/// A value, so that who answers later keeps it as it was.
package struct RequestHead {
    /// The four forms of RFC 9112, section 3.2.
    package enum TargetForm: Sendable {
        case origin, absolute, authority, asterisk
    }

    /// What follows the head (RFC 9112, section 6.3).
    package enum Body: Sendable, Equatable {
        case none
        case length(Int64)
        case chunked
    }

    package internal(set) var fields = FieldTable()
    package internal(set) var method = Method.other
    package internal(set) var methodRange = 0..<0
    package internal(set) var target = 0..<0
    package internal(set) var form = TargetForm.origin
    /// The authority asked for: from an absolute target, else from Host. Empty where HTTP/1.0 named none.
    package internal(set) var authority = 0..<0
    /// The part of the target before `?`, the authority of an absolute one left out.
    package internal(set) var path = 0..<0
    /// What follows the `?`; nil without one.
    package internal(set) var query: Range<Int>?
    /// 0 or 1: HTTP/1.0 or HTTP/1.1.
    package internal(set) var minorVersion: UInt8 = 1
    package internal(set) var body = Body.none
    package internal(set) var expectsContinue = false
    /// What is not for who is asked next, or is said only there.
    package var edits: FieldEdits?
    /// Whether the client wants the connection to go on after the answer.
    package internal(set) var keepsAlive = true

    package init() {}

    package func edited(_ edits: FieldEdits) -> RequestHead {
        var head = self
        head.edits = edits
        return head
    }

    /// Makes ready for another request, keeping the table's memory.
    package mutating func reset() {
        fields.reset()
        (target, authority, path, query) = (0..<0, 0..<0, 0..<0, nil)
        (method, methodRange, form, minorVersion) = (.other, 0..<0, .origin, 1)
        (body, expectsContinue, keepsAlive, edits) = (.none, false, true, nil)
    }

    /// Calls `body` with the bytes of a range of this head.
    @inline(__always)
    package func with<Result>(_ range: Range<Int>, _ body: (Span<UInt8>) throws -> Result) rethrows -> Result {
        try fields.with(range, body)
    }

    /// Calls `body` with each media type of Accept, parameters left out.
    package func forEachAcceptedType(_ body: (Span<UInt8>) -> Void) {
        fields.forEachElement(of: .accept) { element in
            let end = element.firstIndex(of: ASCII.semicolon) ?? element.count
            body(element.extracting(element.trimmed(0..<end)))
        }
    }

    /// Whether Accept names `text/html`, as browsers' navigations do, and programs do not.
    package var acceptsPages: Bool {
        var accepts = false
        forEachAcceptedType { if $0.equalsIgnoringCase("text/html") { accepts = true } }
        return accepts
    }

    package func text(_ range: Range<Int>) -> String { fields.text(range) }

    package var methodText: String { text(methodRange) }
    package var targetText: String { text(target) }
}
