package import NIOCore

/// A request's head as it came: one buffer, and a table of offsets into it. Nothing is copied or turned into text until
/// somebody displays it.
///
/// All offsets count from the start of ``bytes``' readable part. A value, so that who answers later keeps it as it was.
package struct RequestHead {
    package struct Field {
        var nameStart: UInt32
        var valueStart: UInt32
        var valueEnd: UInt32
        var nameLength: UInt16
        package var name: FieldName

        package var nameRange: Range<Int> { Int(nameStart)..<Int(nameStart) + Int(nameLength) }
        package var valueRange: Range<Int> { Int(valueStart)..<Int(valueEnd) }
    }

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

    package internal(set) var bytes = ByteBuffer()
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
    package internal(set) var fields: [Field] = []
    /// One bit for each known name that occurs.
    private(set) var present: UInt32 = 0
    package internal(set) var body = Body.none
    package internal(set) var expectsContinue = false
    /// Whether the client wants the connection to go on after the answer.
    package internal(set) var keepsAlive = true

    package init() { fields.reserveCapacity(16) }

    /// Makes ready for another request, keeping the table's memory.
    package mutating func reset() {
        bytes = ByteBuffer()
        fields.removeAll(keepingCapacity: true)
        (target, authority, path, query) = (0..<0, 0..<0, 0..<0, nil)
        (method, methodRange, form, minorVersion) = (.other, 0..<0, .origin, 1)
        (body, expectsContinue, keepsAlive, present) = (.none, false, true, 0)
    }

    mutating func append(_ field: Field) {
        fields.append(field)
        present |= 1 << UInt32(field.name.rawValue)
    }

    /// Whether any of the names occurs: one comparison, where walking the fields would cost more than the answer.
    @inline(__always)
    package func hasAny(of names: FieldNames) -> Bool { present & names.bits != 0 }

    /// Calls `body` with the bytes of a range of this head.
    @inline(__always)
    package func with<Result>(_ range: Range<Int>, _ body: (Span<UInt8>) throws -> Result) rethrows -> Result {
        try body(bytes.readableBytesUInt8Span.extracting(range))
    }

    /// Where the first field with this name has its value.
    package func first(_ name: FieldName) -> Range<Int>? {
        guard present & 1 << UInt32(name.rawValue) != 0 else { return nil }
        for field in fields where field.name == name { return field.valueRange }
        return nil
    }

    package func count(_ name: FieldName) -> Int { fields.reduce(0) { $0 + ($1.name == name ? 1 : 0) } }

    /// Calls `body` with every element of every line of a list-valued field, in order.
    package func forEachElement(of name: FieldName, _ body: (Span<UInt8>) -> Void) {
        guard present & 1 << UInt32(name.rawValue) != 0 else { return }
        for field in fields where field.name == name {
            with(field.valueRange) { $0.forEachElement(body) }
        }
    }

    /// Calls `body` with each media type of Accept, parameters left out.
    package func forEachAcceptedType(_ body: (Span<UInt8>) -> Void) {
        forEachElement(of: .accept) { element in
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

    /// The first value as text, for display and for parsing that is off the hot path.
    package func text(_ name: FieldName) -> String? { first(name).map(text) }

    package func text(_ range: Range<Int>) -> String { with(range) { $0.string } }

    package var methodText: String { text(methodRange) }
    package var targetText: String { text(target) }
}
