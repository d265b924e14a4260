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
    /// Takes and throws away as ``blackhole`` does; ends the connection when its time is up, or when it is removed: a stream
    /// with a gap in it is of no use to anybody.
    case timeout(Termination)
    case replay(Replay)

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
    func makesPiece(_ segment: Segment) -> Bool {
        switch self {
        case .slice: true
        case .replay(let it): it.makesPiece(segment)
        default: false
        }
    }

    /// Whether a connection ends with it.
    var endsConnectionsWhenRemoved: Bool { if case .timeout = self { true } else { false } }

    mutating func judge(_ segment: Segment, now: Instant, draws: Draws, stay: Stay) -> Verdict {
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
        case .termination(let it): return it.judge(segment, in: stay)
        case .replay(var it): return it.judge(segment, now: now, draws: draws)
        case .timeout: return segment.kind == .data ? .discard : .leave(at: segment.entered)
        }
    }

    func ending(in stay: Stay) -> (at: Instant, how: Ending)? {
        switch self {
        case .termination(let it), .timeout(let it): it.ending(in: stay).map { ($0, it.how) }
        case .replay(let it): it.ending(in: stay)
        default: nil
        }
    }

    func flips(in segment: Segment, draws: Draws) -> Flip? {
        switch self {
        case .corrupt(let corrupt): corrupt.flips(in: segment, draws: draws)
        case .replay(let it): it.flips(in: segment)
        default: nil
        }
    }
}
