/// The end of a stream comes late. Real: data is not held up, FIN and RST are.
public struct SlowClose: StreamCondition, Hashable {
    /// Nanoseconds.
    public var delay: UInt64

    public init(delay: UInt64) { self.delay = delay }

    mutating func judge(_ segment: Segment, now: Instant, draws: Draws) -> Verdict {
        .leave(at: segment.kind == .data ? segment.entered : segment.entered &+ delay)
    }
}
