/// One thing that a condition did to some bytes of a stream, or to a datagram.
public struct Decision: Sendable, Hashable {
    public enum What: Sendable, Hashable {
        /// Held them back by so many nanoseconds; what they waited beyond that was for those before them.
        case delay(UInt64)
        case discard
        /// Turned bits of the byte over that stands there.
        case flip(offset: UInt64, mask: UInt8)
        /// Made them a write of their own.
        case piece
        /// Let the datagram go on twice.
        case twice
        /// Ended the connection, so many nanoseconds after it was opened.
        case end(Ending, after: UInt64)
    }

    /// The condition's.
    public let key: UInt64
    /// Of the first byte in its stream, or the datagram's number.
    public let offset: UInt64
    /// Bytes; 0 for a stream's end.
    public let count: Int
    /// Whether it is a stream's end.
    public let isEnd: Bool
    /// When they came to the condition.
    public let entered: Instant
    public let what: What

    init(_ key: UInt64, _ segment: Segment, _ what: What) {
        self.key = key
        (offset, count, isEnd, entered) = (segment.start, segment.count, segment.kind != .data, segment.entered)
        self.what = what
    }

    init(_ key: UInt64, _ datagram: Datagram, _ what: What) {
        self.key = key
        (offset, count, isEnd, entered) = (datagram.number, datagram.count, false, datagram.entered)
        self.what = what
    }
}
