package import NIOCore

/// An answer's head as it came from a server.
package struct ReceivedHead {
    /// What follows the head (RFC 9112, section 6.3).
    package enum Body: Sendable, Equatable {
        case none
        case length(Int64)
        case chunked
        /// All until the connection ends.
        case untilEnd
    }

    package internal(set) var fields = FieldTable()
    package internal(set) var status = 0
    package internal(set) var reason = 0..<0
    /// 0 or 1: HTTP/1.0 or HTTP/1.1.
    package internal(set) var minorVersion: UInt8 = 1
    package internal(set) var body = Body.none
    /// Whether another request can follow on the connection.
    package internal(set) var keepsAlive = true

    package init() {}

    /// Makes ready for another answer, keeping the table's memory.
    package mutating func reset() {
        fields.reset()
        (status, reason, minorVersion, body, keepsAlive) = (0, 0..<0, 1, .none, true)
    }

    /// Whether the final answer is still to come.
    package var isInterim: Bool { (100..<200).contains(status) && status != 101 }

    /// Settles ``body`` and ``keepsAlive``.
    /// - Parameters:
    ///   - bytes: The whole head, as the parser saw it.
    ///   - method: What was asked.
    package mutating func settleFraming(in bytes: ByteBuffer, method: Method) -> Refusal? {
        fields.bytes = bytes
        if let refusal = bodyRefusal(method) { return refusal }
        var (closes, keeps) = (false, false)
        fields.forEachElement(of: .connection) { option in
            if option.equalsIgnoringCase("close") { closes = true }
            if option.equalsIgnoringCase("keep-alive") { keeps = true }
        }
        keepsAlive = !closes && (minorVersion == 1 || keeps) && body != .untilEnd
        return nil
    }

    private mutating func bodyRefusal(_ method: Method) -> Refusal? {
        let framing: MessageFraming
        switch MessageFraming.read(fields, minorVersion: minorVersion) {
        case .success(let read): framing = read
        case .failure(let refusal): return refusal
        }
        if method == .head || status < 200 || status == 204 || status == 304 || method == .connect && status < 300 {
            body = .none
        } else {
            switch framing {
            case .chunked: body = .chunked
            case .length(let length): body = length > 0 ? .length(length) : .none
            case .unsaid: body = .untilEnd
            }
        }
        return nil
    }
}
