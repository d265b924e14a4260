package import NIOCore

/// A service's answer as it goes on to the client: what belongs to the connection left out. `Strict-Transport-Security` never
/// passes: a browser would obey it for every port of the name, and for years.
package enum ForwardedAnswer {
    private static let dropped: FieldNames = [.contentLength, .strictTransportSecurity]

    package static func head(_ head: ReceivedHead, edits: FieldEdits? = nil) -> ResponseHead {
        let fields = head.fields
        let body: ResponseHead.Body =
            switch head.body {
            case .none: .none
            case .length(let length): .length(length)
            case .chunked, .untilEnd: .streamed
            }
        var block = block(head, edits)
        if head.status == 101 {
            block.writeStaticString("Connection: Upgrade\r\n")
            fields.copy(into: &block) { $0.name == .upgrade }
        } else if let length = fields.first(.contentLength) {
            // To HEAD, and with 304, it says what there would be.
            block.writeStaticString("Content-Length: ")
            fields.with(length) { for index in 0..<$0.count { block.writeInteger($0[index]) } }
            block.writeStaticString("\r\n")
        }
        return ResponseHead(head.status, body: body, block: block, hasDate: fields.has(.date))
    }

    /// One before the final answer, whole.
    package static func interim(_ head: ReceivedHead) -> ByteBuffer {
        var block = block(head, nil)
        block.writeStaticString("\r\n")
        return block
    }

    private static func block(_ head: ReceivedHead, _ edits: FieldEdits?) -> ByteBuffer {
        let fields = head.fields
        let hops = HopByHop(fields)
        var block = ByteBufferAllocator().buffer(capacity: fields.bytes.readableBytes + 64)
        block.writeStaticString("HTTP/1.1 ")
        block.writeString(String(head.status))
        block.writeStaticString(" ")
        let base = fields.bytes.readerIndex
        if let reason = fields.bytes.getSlice(at: base + head.reason.lowerBound, length: head.reason.count) {
            block.writeImmutableBuffer(reason)
        }
        block.writeStaticString("\r\n")
        fields.copy(into: &block) {
            !dropped.contains($0.name) && hops.keeps($0, of: fields) && edits?.hides($0, of: fields) != true
        }
        edits?.add(to: &block)
        block.writeStaticString(head.minorVersion == 0 ? "Via: 1.0 " : "Via: 1.1 ")
        block.writeStaticString(Via.name)
        block.writeStaticString("\r\n")
        return block
    }
}
