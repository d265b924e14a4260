/// Any one condition of a stream, unboxed.
public enum Stage: Sendable, Hashable {
    case latency(Latency)
    case steps(LatencySteps)
    case rate(Rate)
    case loss(StreamLoss)
    case corrupt(Corrupt)
    case slice(Slice)
    case slowClose(SlowClose)
    case stall
    case blackhole
    case termination(Termination)

    /// Takes another's parameters, and keeps what has happened so far where both are of one kind.
    mutating func become(_ other: Stage, now: Instant) {
        switch (self, other) {
        case (.latency(let mine), .latency(var theirs)):
            theirs.adopt(mine)
            self = .latency(theirs)
        case (.loss(let mine), .loss(var theirs)):
            theirs.adopt(mine)
            self = .loss(theirs)
        case (.rate(let mine), .rate(var theirs)) where mine.line === theirs.line:
            theirs.adopt(mine)
            self = .rate(theirs)
        default:
            self = other
            begin(now)
        }
    }

    /// It is there from this moment on.
    func begin(_ now: Instant) { if case .rate(let rate) = self { rate.line.begin(now) } }

    /// Whether what it lets through is a write of its own.
    var makesPieces: Bool { if case .slice = self { true } else { false } }

    mutating func judge(_ segment: Segment, now: Instant, draws: Draws) -> Verdict {
        switch self {
        case .latency(var it):
            defer { self = .latency(it) }
            return it.judge(segment, now: now, draws: draws)
        case .steps(var it): return it.judge(segment, now: now, draws: draws)
        case .rate(var it):
            defer { self = .rate(it) }
            return it.judge(segment, now: now, draws: draws)
        case .loss(var it):
            defer { self = .loss(it) }
            return it.judge(segment, now: now, draws: draws)
        case .corrupt(var it): return it.judge(segment, now: now, draws: draws)
        case .slice(var it):
            defer { self = .slice(it) }
            return it.judge(segment, now: now, draws: draws)
        case .slowClose(var it): return it.judge(segment, now: now, draws: draws)
        case .stall: return .hold
        case .blackhole: return .discard
        case .termination(var it): return it.judge(segment, now: now, draws: draws)
        }
    }

    func ending(opened: Instant, passed: UInt64, last: Instant) -> (at: Instant, how: Ending)? {
        guard case .termination(let it) = self else { return nil }
        return it.ending(opened: opened, passed: passed, last: last)
    }

    func flips(in segment: Segment, draws: Draws) -> Flip? {
        guard case .corrupt(let corrupt) = self else { return nil }
        return corrupt.flips(in: segment, draws: draws)
    }
}
