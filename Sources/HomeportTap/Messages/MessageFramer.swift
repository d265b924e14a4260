/// Finds where messages begin in a stream that comes in any pieces.
enum MessageFramer {
    /// Each piece as it came is one: of what has no form that we know, and of datagrams.
    case pieces
    case webSocket(WebSocketFramer)
    case events(EventFramer)

    /// - Parameters:
    ///   - offset: Of the first of the bytes in the stream.
    ///   - found: Told the offset of each beginning.
    mutating func forEachStart(in bytes: UnsafeRawBufferPointer, at offset: Int64, _ found: (Int64) -> Void) {
        switch self {
        // A datagram may have no bytes.
        case .pieces: found(offset)
        case .webSocket(var framer):
            let isSound = framer.forEachStart(in: bytes, at: offset, found)
            self = isSound ? .webSocket(framer) : .pieces
        case .events(var framer):
            framer.forEachStart(in: bytes, at: offset, found)
            self = .events(framer)
        }
    }
}

/// Frames of a WebSocket (RFC 6455, section 5.2), by their headers alone.
struct WebSocketFramer {
    /// Bytes of the present frame's header that have come; at most 14.
    private var header: [UInt8] = []
    /// Bytes of its payload that are still to come.
    private var left: UInt64 = 0

    /// - Returns: Whether it is one as yet.
    mutating func forEachStart(in bytes: UnsafeRawBufferPointer, at offset: Int64, _ found: (Int64) -> Void) -> Bool {
        var index = 0
        while index < bytes.count {
            if left > 0 {
                let count = Int(min(left, UInt64(bytes.count - index)))
                index += count
                left -= UInt64(count)
                continue
            }
            if header.isEmpty { found(offset + Int64(index)) }
            header.append(bytes[index])
            index += 1
            guard header.count >= 2, header.count == WebSocketFrame.headerLength(header[1]) else { continue }
            let length = WebSocketFrame.payloadLength(header)
            guard length >> 63 == 0 else { return false }
            left = length
            header.removeAll(keepingCapacity: true)
        }
        return true
    }
}

/// Server-sent events: each ends with an empty line, whichever of its three line ends a server uses.
struct EventFramer {
    private var isAtStart = true
    /// Line ends in a row, CRLF counted as one.
    private var ends = 0
    private var last: UInt8 = 0

    mutating func forEachStart(in bytes: UnsafeRawBufferPointer, at offset: Int64, _ found: (Int64) -> Void) {
        for (index, byte) in bytes.enumerated() {
            let isReturn = byte == UInt8(ascii: "\r")
            let isFeed = byte == UInt8(ascii: "\n")
            if isReturn || isFeed && last != UInt8(ascii: "\r") {
                ends += 1
                if ends >= 2 { isAtStart = true }
            } else if !isFeed {
                if isAtStart { found(offset + Int64(index)) }
                (isAtStart, ends) = (false, 0)
            }
            last = byte
        }
    }
}
