/// The connection ends in the middle. Real.
public struct Termination: StreamCondition, Hashable {
    /// After this many bytes have passed here; nil for no such limit.
    public var afterBytes: UInt64?
    /// Nanoseconds after the connection was opened; nil for no such limit. Idle connections end, too.
    public var afterTime: UInt64?
    public var how: Ending

    public init(afterBytes: UInt64? = nil, afterTime: UInt64? = nil, how: Ending) {
        self.afterBytes = afterBytes
        self.afterTime = afterTime
        self.how = how
    }

    mutating func judge(_ segment: Segment, now: Instant, draws: Draws) -> Verdict {
        guard let limit = afterBytes, segment.kind == .data else { return .leave(at: segment.entered) }
        guard segment.start < limit else { return .terminate(how) }
        let left = limit - segment.start
        return UInt64(segment.count) > left ? .split(after: Int(left)) : .leave(at: segment.entered)
    }

    func ending(opened: Instant, passed: UInt64, last: Instant) -> (at: Instant, how: Ending)? {
        if let afterBytes, passed >= afterBytes { return (last, how) }
        return afterTime.map { (opened &+ $0, how) }
    }
}
