package import NIOCore

/// An answer's head: its status line and fields as they will stand on the wire, built once and copied out as often as it
/// is sent. Date, Connection and Transfer-Encoding belong to the connection and are added there.
package struct ResponseHead: Sendable {
    package enum Body: Sendable, Equatable {
        /// None by definition: 1xx, 204, 304.
        case none
        case length(Int64)
        /// Chunked to HTTP/1.1, ended by closing the connection to HTTP/1.0.
        case streamed
        /// Ended by closing the connection, to whomever.
        case untilClosed
    }

    package let status: Int
    package let body: Body
    package private(set) var block: ByteBuffer
    /// Ends the connection after this answer.
    package var closes = false
    /// Whether it says itself when it was made.
    package private(set) var hasDate = false
    /// Whether it says itself all that is to be said: nothing is added.
    package private(set) var isVerbatim = false

    package init(_ status: Int, body: Body, reserving capacity: Int = 256) {
        self.status = status
        self.body = body
        block = ByteBufferAllocator().buffer(capacity: capacity)
        Status.write(status, to: &block)
        if case .length(let length) = body { add("Content-Length", String(length)) }
    }

    /// One that somebody else has written.
    /// - Parameter block: Status line and fields, each with its CRLF.
    package init(_ status: Int, body: Body, block: ByteBuffer, hasDate: Bool) {
        (self.status, self.body, self.block, self.hasDate) = (status, body, block, hasDate)
    }

    /// A server's answer as it came, perhaps edited.
    /// - Parameters:
    ///   - block: Its status line and fields.
    ///   - isEndless: Whether its fields no longer say where its body ends.
    package init(verbatim head: ReceivedHead, block: ByteBuffer? = nil, isEndless: Bool = false) {
        let body: Body =
            switch head.body {
            case .none: .none
            case .length(let length): isEndless ? .untilClosed : .length(length)
            case .chunked: isEndless ? .untilClosed : .streamed
            case .untilEnd: .untilClosed
            }
        let all = head.fields.bytes
        let asItCame = all.getSlice(at: all.readerIndex, length: all.readableBytes - 2)
        self.init(head.status, body: body, block: block ?? asItCame ?? ByteBuffer(), hasDate: true)
        isVerbatim = true
        closes = !head.keepsAlive
    }

    /// - Precondition: Neither part holds CR, LF or NUL; what comes from outside goes through ``addIfClean(_:_:)``.
    package mutating func add(_ name: StaticString, _ value: some StringProtocol) {
        assert(value.utf8.allSatisfy(ASCII.isFieldValue), "a field's value must be clean: \(value)")
        block.writeStaticString(name)
        block.writeStaticString(": ")
        block.writeSubstring(Substring(value))
        block.writeStaticString("\r\n")
    }

    /// Adds a field whose name or value people chose; leaves it out where it could break the head.
    package mutating func addIfClean(_ name: String, _ value: String) {
        guard !name.isEmpty, name.utf8.allSatisfy(ASCII.isToken), value.utf8.allSatisfy(ASCII.isFieldValue) else {
            return
        }
        block.writeString("\(name): \(value)\r\n")
    }
}

extension ResponseHead {
    /// A short answer in plain text, as errors are.
    package static func text(_ status: Int, _ text: String) -> (ResponseHead, ByteBuffer) {
        var head = ResponseHead(status, body: .length(Int64(text.utf8.count)))
        head.add("Content-Type", "text/plain; charset=utf-8")
        head.add("Cache-Control", "no-store")
        head.add("X-Content-Type-Options", "nosniff")
        return (head, ByteBuffer(string: text))
    }

    package static func text(_ refusal: Refusal) -> (ResponseHead, ByteBuffer) {
        text(refusal.status, "\(refusal.status) \(Status.phrase(refusal.status)): \(refusal.detail)\n")
    }
}
