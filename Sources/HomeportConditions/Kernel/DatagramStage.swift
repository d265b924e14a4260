/// Any one condition of datagrams, unboxed.
public enum DatagramStage: Sendable, Hashable {
    case latency(Latency)
    case steps(LatencySteps)
    case rate(DatagramRate)
    case loss(LossProcess)
    case duplicate(Duplicate)
    case reorder(Reorder)
    case corrupt(Corrupt)
    case blackhole
    case stall
    case replay(Replay)

    mutating func become(_ other: DatagramStage, now: Instant) {
        switch (self, other) {
        case (.latency(let mine), .latency(var theirs)):
            theirs.adopt(mine)
            self = .latency(theirs)
        case (.loss(let mine), .loss(var theirs)):
            theirs.adopt(mine)
            self = .loss(theirs)
        case (.rate(let mine), .rate(let theirs)) where mine.line === theirs.line: self = other
        default:
            self = other
            begin(now)
        }
    }

    func begin(_ now: Instant) { if case .rate(let rate) = self { rate.line.begin(now) } }

    mutating func judge(_ datagram: Datagram, draws: Draws) -> Fate {
        switch self {
        case .latency(var it):
            defer { self = .latency(it) }
            return it.judge(datagram, draws: draws)
        case .steps(var it): return it.judge(datagram, draws: draws)
        case .rate(var it): return it.judge(datagram, draws: draws)
        case .loss(var it):
            defer { self = .loss(it) }
            return it.judge(datagram, draws: draws)
        case .duplicate(var it): return it.judge(datagram, draws: draws)
        case .reorder(var it): return it.judge(datagram, draws: draws)
        case .corrupt(var it): return it.judge(datagram, draws: draws)
        case .blackhole: return .drop
        case .stall: return .hold
        case .replay(var it): return it.judge(datagram, draws: draws)
        }
    }

    /// What has been let in already is not dropped for want of room.
    mutating func judgeAnew(_ datagram: Datagram, draws: Draws) -> Fate {
        guard case .rate(let rate) = self else { return judge(datagram, draws: draws) }
        return rate.line.reserve(datagram.count, from: datagram.entered).map { .follow(at: $0.end) } ?? .hold
    }
}
