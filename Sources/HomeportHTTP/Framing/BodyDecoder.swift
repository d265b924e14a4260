package import NIOCore

/// Where a message's body is in what the connection brings, whichever way its length is told.
package enum BodyDecoder {
    case none
    case length(remaining: Int64)
    case chunked(ChunkedDecoder)
    /// It ends with the connection.
    case untilEnd

    package init(_ body: RequestHead.Body, limits: HTTPLimits) {
        self =
            switch body {
            case .none: .none
            case .length(let count): .length(remaining: count)
            case .chunked: .chunked(ChunkedDecoder(limits: limits))
            }
    }

    package init(_ body: ReceivedHead.Body, limits: HTTPLimits) {
        self =
            switch body {
            case .none: .none
            case .length(let count): .length(remaining: count)
            case .chunked: .chunked(ChunkedDecoder(limits: limits))
            case .untilEnd: .untilEnd
            }
    }

    /// Whether it is over without another byte, as a body of none is.
    package var isOver: Bool {
        switch self {
        case .none, .length(remaining: 0): true
        default: false
        }
    }

    /// The trailer fields of a chunked body that is whole, as lines; nil where it had none.
    package var trailer: ByteBuffer? { if case .chunked(let decoder) = self { decoder.trailer } else { nil } }

    /// See ``ChunkedDecoder/next(in:from:)``.
    package mutating func next(in bytes: Span<UInt8>, from offset: inout Int) -> ChunkedDecoder.Event {
        switch self {
        case .none:
            return .end
        case .length(let remaining):
            guard remaining > 0 else { return .end }
            let count = Int(min(remaining, Int64(bytes.count - offset)))
            guard count > 0 else { return .needMore }
            self = .length(remaining: remaining - Int64(count))
            defer { offset += count }
            return .data(offset..<offset + count)
        case .chunked(var decoder):
            defer { self = .chunked(decoder) }
            return decoder.next(in: bytes, from: &offset)
        case .untilEnd:
            guard offset < bytes.count else { return .needMore }
            defer { offset = bytes.count }
            return .data(offset..<bytes.count)
        }
    }
}
