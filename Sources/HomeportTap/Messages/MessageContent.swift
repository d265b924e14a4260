/// What a message says, as far as its bytes are kept.
package struct MessageContent: Sendable, Equatable {
    /// `text`, `binary`, `continuation`, `close`, `ping`, `pong`, `frame` of one unknown; `event`; `datagram`; `bytes`.
    package var kind: String
    /// Bytes of its payload, as its header or its place says.
    package var length: Int64
    /// Of its payload, from its beginning; without a WebSocket's mask.
    package var bytes: [UInt8]
    /// Whether the payload was compressed (permessage-deflate), and still is.
    package var isCompressed = false
    /// Whether more of it follows in frames of its own.
    package var goesOn = false
    /// Of a close frame, why (RFC 6455, section 7.4); ``bytes`` are then the words behind it.
    package var closeCode: Int?
    /// An event's name and identifier.
    package var event: String?
    package var id: String?

    package var isWhole: Bool { length == Int64(bytes.count + (closeCode == nil ? 0 : 2)) }
}

extension TapStore {
    package func content(of message: TapMessage, in row: TapRow) -> MessageContent {
        let bytes = bytes(of: message, in: row)
        let length = message.range.upperBound - message.range.lowerBound
        switch (row.kind, message.side) {
        case (.webSocket, _):
            guard let frame = WebSocketFrame(bytes) else {
                return MessageContent(kind: "frame", length: length, bytes: [])
            }
            var content = MessageContent(
                kind: frame.opcode?.word ?? "frame",
                length: frame.length,
                bytes: frame.payload,
                isCompressed: frame.isCompressed,
                goesOn: !frame.isFinal
            )
            if frame.opcode == .close, content.bytes.count >= 2 {
                content.closeCode = Int(content.bytes[0]) << 8 | Int(content.bytes[1])
                content.bytes.removeFirst(2)
            }
            return content
        case (.events, .response): return Self.event(bytes, length)
        case (.udp, _): return MessageContent(kind: "datagram", length: length, bytes: bytes)
        default: return MessageContent(kind: "bytes", length: length, bytes: bytes)
        }
    }

    /// What is kept of it, from its beginning.
    func bytes(of message: TapMessage, in row: TapRow) -> [UInt8] {
        let (range, side) = (message.range, message.side)
        return withBody(side, of: row) { head, tail in
            if range.lowerBound < head.count {
                let end = min(range.upperBound, Int64(head.count))
                var bytes = Array(head[Int(range.lowerBound)..<Int(end)])
                // Nothing is missing between the two.
                if end < range.upperBound, row.length(side) == Int64(head.count + tail.count) {
                    bytes += tail.prefix(Int(range.upperBound - end))
                }
                return bytes
            }
            let start = row.length(side) - Int64(tail.count)
            guard range.lowerBound >= start else { return [] }
            let from = Int(range.lowerBound - start)
            let to = min(tail.count, Int(range.upperBound - start))
            return from < to ? Array(tail[from..<to]) : []
        }
    }

    /// Its lines, after WHATWG's HTML, "Server-sent events".
    private static func event(_ bytes: [UInt8], _ length: Int64) -> MessageContent {
        var content = MessageContent(kind: "event", length: length, bytes: bytes)
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            var value = line[line.index(after: colon)...]
            if value.first == " " { value.removeFirst() }
            switch line[..<colon] {
            case "event": content.event = String(value)
            case "id": content.id = String(value)
            default: break
            }
        }
        return content
    }
}
