import HomeportConditions

/// A path in virtual time: what was sent, when it came out, and as what.
struct Lane {
    private(set) var path: StreamPath
    private var stages: [KeyedStage<Stage>]
    private(set) var now: Instant
    private(set) var out: [(at: Instant, action: StreamPath.Action)] = []

    init(_ stages: Stage..., seed: UInt64 = 1, connection: UInt64 = 0, at now: Instant = 0) {
        let keyed = stages.enumerated().map { KeyedStage(key: UInt64($0), $1) }
        path = StreamPath(keyed, draws: Draws(seed: seed, connection), opened: now)
        self.stages = keyed
        self.now = now
    }

    mutating func send(_ count: Int) { act { $0.offer(count, now: $1, &$2) } }
    mutating func skip(_ count: Int) { path.skip(count) }
    mutating func end(_ kind: Segment.Kind = .end) { act { $0.offer(kind, now: $1, &$2) } }
    mutating func change(_ index: Int, to stage: Stage) {
        stages[index].stage = stage
        become(stages)
    }
    mutating func become(_ stages: [KeyedStage<Stage>]) { act { $0.become(stages, now: $1, &$2) } }
    mutating func takeEffects(_ take: (UInt64, Effect) -> Void) { path.takeEffects(take) }
    mutating func takes(_ more: Bool) {
        path.isWritable = more
        act { $0.run(now: $1, &$2) }
    }

    /// Lets time pass, waking the path whenever it asks to be.
    mutating func pass(_ time: Instant) {
        let end = now + time
        while let wake = path.wake, wake <= end {
            now = max(now, wake)
            act { $0.run(now: $1, &$2) }
        }
        now = end
    }

    /// Until nothing moves by itself any more.
    mutating func settle() {
        while let wake = path.wake {
            now = max(now, wake)
            act { $0.run(now: $1, &$2) }
        }
    }

    /// When each byte was forwarded.
    var arrivals: [Instant] {
        out.flatMap { at, action in
            switch action {
            case .forward(let count), .write(let count): return [Instant](repeating: at, count: count)
            default: return []
            }
        }
    }

    var forwarded: Int { arrivals.count }

    private mutating func act(_ event: (inout StreamPath, Instant, inout [StreamPath.Action]) -> Void) {
        var actions: [StreamPath.Action] = []
        event(&path, now, &actions)
        out += actions.map { (now, $0) }
    }
}

func ms(_ count: Double) -> Instant { Instant(count * 1e6) }
