/// The connection ends in the middle. Real.
public struct Termination: Sendable, Hashable {
    /// What its bytes and its time are counted from.
    public enum Start: Sendable, Hashable {
        /// The connection's opening, whenever this came to it.
        case opening
        /// The moment when this came to the connection.
        case arrival
        /// That moment, but not before anything has come here; nothing passes any more from then on.
        case use
    }

    /// After this many bytes have passed here; nil for no such limit.
    public var afterBytes: UInt64?
    /// After this many nanoseconds; nil for no such limit. Idle connections end, too.
    public var afterTime: UInt64?
    public var start: Start
    public var how: Ending

    public init(afterBytes: UInt64? = nil, afterTime: UInt64? = nil, from start: Start = .opening, how: Ending) {
        self.afterBytes = afterBytes
        self.afterTime = afterTime
        self.start = start
        self.how = how
    }

    func judge(_ segment: Segment, in stay: Stay) -> Verdict {
        if start == .use { return .hold }
        guard let limit = limit(in: stay), segment.kind == .data else { return .leave(at: segment.entered) }
        guard segment.start < limit else { return .terminate(how) }
        let left = limit - segment.start
        return UInt64(segment.count) > left ? .split(after: Int(left)) : .leave(at: segment.entered)
    }

    /// When it ends the connection without anything coming.
    func ending(in stay: Stay) -> Instant? {
        // What was to be nothing ends with the first byte that comes, not before.
        if let limit = limit(in: stay), stay.passed >= limit, start == .opening || stay.passed > stay.passedBefore {
            return stay.last
        }
        guard let afterTime else { return nil }
        switch start {
        case .opening: return stay.opened &+ afterTime
        case .arrival: return stay.since &+ afterTime
        case .use: return stay.used.map { max($0, stay.since) &+ afterTime }
        }
    }

    private func limit(in stay: Stay) -> UInt64? {
        afterBytes.map { start == .opening ? $0 : stay.passedBefore &+ $0 }
    }
}

/// How far a connection is with one of its conditions.
struct Stay: Sendable {
    /// When the connection was opened.
    let opened: Instant
    /// Since when the condition has been there.
    var since: Instant
    /// Bytes that had passed its place before.
    var passedBefore: UInt64 = 0
    var passed: UInt64 = 0
    /// When the last of them left.
    var last: Instant
    /// When something first came by its place; nil while nothing has.
    var used: Instant?
}
