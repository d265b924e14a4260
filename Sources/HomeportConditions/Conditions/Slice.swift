/// Small writes: what is sent arrives in pieces. Real, as far as one write of ours is one read of the receiver's, who may
/// find several together if it is slow.
public struct Slice: StreamCondition, Hashable {
    /// Bytes of a piece, on average; at least 1.
    public let size: Int
    /// Pieces differ by up to this many bytes, evenly; less than ``size``.
    public let variation: Int
    /// Nanoseconds between two pieces.
    public let pause: UInt64

    private var piece: UInt64?
    private var lastLeft: Instant?

    /// - Returns: nil for pieces of no bytes.
    public init?(size: Int, variation: Int = 0, pause: UInt64 = 0) {
        guard size > 0, variation >= 0, variation < size else { return nil }
        (self.size, self.variation, self.pause) = (size, variation, pause)
    }

    mutating func judge(_ segment: Segment, now: Instant, draws: Draws) -> Verdict {
        guard segment.kind == .data else { return .leave(at: segment.entered) }
        if piece != segment.start {
            let spread = UInt64(variation * 2 + 1)
            let wanted = size - variation + Int(draws.bits(at: segment.start) % spread)
            if segment.count > wanted { return .split(after: wanted) }
            piece = segment.start
        }
        let time = lastLeft.map { max(segment.entered, $0 &+ pause) } ?? segment.entered
        if time <= now { lastLeft = time }
        return .leave(at: time)
    }
}
