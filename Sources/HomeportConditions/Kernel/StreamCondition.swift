/// What a condition says of the segment at the head of its queue.
enum Verdict: Sendable, Hashable {
    /// It goes on at this moment, or as soon as what is before it has gone.
    case leave(at: Instant)
    /// It is judged in two parts, the first of this many bytes.
    case split(after: Int)
    /// It waits until the condition changes.
    case hold
    /// It is lost; what is behind it goes on.
    case discard
    /// The connection ends here; nothing that is not past this yet goes on.
    case terminate(Ending)
}

/// How a condition ends a connection, for both of its sides at once.
public enum Ending: Sendable, Hashable {
    /// In order, as by FIN: what was forwarded arrives.
    case close
    /// By RST: what the receiver has not read may be lost.
    case reset
}

/// One thing that a network does to a stream.
///
/// It is asked for the head of its queue alone, perhaps many times, and answers by its present parameters: so a change
/// re-times what waits, and can neither lose nor reorder it. What it draws depends on offsets and on nothing else.
protocol StreamCondition: Sendable {
    /// - Parameters:
    ///   - segment: The head of the queue.
    ///   - draws: This condition's own, for this stream.
    mutating func judge(_ segment: Segment, now: Instant, draws: Draws) -> Verdict
}

/// Bits of one byte that are turned over.
public struct Flip: Sendable, Hashable {
    /// The byte's place: in the stream, or in the datagram.
    public let offset: UInt64
    public let mask: UInt8

    public init(offset: UInt64, mask: UInt8) {
        self.offset = offset
        self.mask = mask
    }
}
