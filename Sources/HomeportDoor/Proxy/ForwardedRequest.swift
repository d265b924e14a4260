import HomeportHTTP
import HomeportNet
import NIOCore

/// A request's head as it goes on to a service: Host as it was sent, what belongs to the connection left out, and where it
/// comes from added (RFC 9110, section 7.6; RFC 7239).
enum ForwardedRequest {
    /// Written anew, beside what belongs to the connection.
    private static let rewritten: FieldNames = [
        .contentLength, .forwarded, .host, .maxForwards, .via, .xForwardedFor, .xForwardedHost, .xForwardedProto,
    ]

    static func head(_ head: RequestHead, from peer: Peer) -> ByteBuffer {
        let fields = head.fields
        let hops = HopByHop(fields)
        var bytes = ByteBufferAllocator().buffer(capacity: fields.bytes.readableBytes + 384)
        write(head, head.methodRange, to: &bytes)
        bytes.writeStaticString(" ")
        switch head.form {
        case .origin, .asterisk: write(head, head.target, to: &bytes)
        case .absolute, .authority:
            if head.path.isEmpty { bytes.writeStaticString("/") }
            write(head, head.path.lowerBound..<head.target.upperBound, to: &bytes)
        }
        bytes.writeStaticString(" HTTP/1.1\r\nHost: ")
        write(head, head.authority, to: &bytes)
        bytes.writeStaticString("\r\n")
        fields.copy(into: &bytes) {
            !rewritten.contains($0.name) && hops.keeps($0, of: fields) && head.edits?.hides($0, of: fields) != true
        }
        head.edits?.add(to: &bytes)
        if let forwards = MaxForwards(head) {
            bytes.writeString("Max-Forwards: \(forwards.left - 1)\r\n")
        } else if fields.has(.maxForwards) {
            fields.copy(into: &bytes) { $0.name == .maxForwards && hops.keeps($0, of: fields) }
        }
        append(.xForwardedFor, "X-Forwarded-For: ", to: &bytes, fields, hops)
        bytes.writeString(peer.host)
        bytes.writeStaticString("\r\nX-Forwarded-Host: ")
        write(head, head.authority, to: &bytes)
        bytes.writeStaticString("\r\nX-Forwarded-Proto: http\r\n")
        append(.forwarded, "Forwarded: ", to: &bytes, fields, hops)
        bytes.writeStaticString("for=")
        bytes.writeString(peer.host.contains(":") ? "\"[\(peer.host)]\"" : peer.host)
        bytes.writeStaticString(";host=\"")
        write(head, head.authority, to: &bytes)
        bytes.writeStaticString("\";proto=http\r\n")
        append(.via, "Via: ", to: &bytes, fields, hops)
        bytes.writeStaticString(head.minorVersion == 0 ? "1.0 " : "1.1 ")
        bytes.writeStaticString(Via.name)
        bytes.writeStaticString("\r\n")
        switch head.body {
        case .none:
            // "Content-Length: 0" says that there is none, and some want to hear it.
            if fields.has(.contentLength) { bytes.writeStaticString("Content-Length: 0\r\n") }
        case .length(let length): bytes.writeString("Content-Length: \(length)\r\n")
        case .chunked: bytes.writeStaticString("Transfer-Encoding: chunked\r\n")
        }
        writeConnection(hops, fields, to: &bytes)
        bytes.writeStaticString("\r\n")
        return bytes
    }

    private static func writeConnection(_ hops: HopByHop, _ fields: FieldTable, to bytes: inout ByteBuffer) {
        var takesTrailers = false
        fields.forEachElement(of: .te) { if $0.equalsIgnoringCase("trailers") { takesTrailers = true } }
        if hops.upgrades {
            bytes.writeStaticString("Connection: Upgrade\r\n")
            fields.copy(into: &bytes) { $0.name == .upgrade }
        } else if takesTrailers {
            bytes.writeStaticString("Connection: TE\r\nTE: trailers\r\n")
        }
    }

    private static func write(_ head: RequestHead, _ range: Range<Int>, to bytes: inout ByteBuffer) {
        let all = head.fields.bytes
        if let part = all.getSlice(at: all.readerIndex + range.lowerBound, length: range.count) {
            bytes.writeImmutableBuffer(part)
        }
    }

    /// A list that grows by one element, which is to follow.
    private static func append(
        _ name: FieldName,
        _ start: StaticString,
        to bytes: inout ByteBuffer,
        _ fields: FieldTable,
        _ hops: HopByHop
    ) {
        bytes.writeStaticString(start)
        guard fields.has(name) else { return }
        for line in fields.lines where line.name == name && !line.valueRange.isEmpty && hops.keeps(line, of: fields) {
            fields.copyValue(of: line, into: &bytes)
            bytes.writeStaticString(", ")
        }
    }
}

/// How many more times a TRACE or OPTIONS may be handed on (RFC 9110, section 7.6.2). Other methods do not ask.
struct MaxForwards {
    let left: Int64

    init?(_ head: RequestHead) {
        guard head.method == .options || head.method == .trace, let value = head.fields.first(.maxForwards),
            let left = head.fields.with(value, { $0.decimal })
        else { return nil }
        self.left = left
    }
}
