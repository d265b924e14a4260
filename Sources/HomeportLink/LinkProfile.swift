import HomeportConditions
import HomeportCore

/// What a link does at a moment: made once from its words, and true for all its connections.
struct LinkProfile: Sendable {
    enum Direction: Int, Sendable, CaseIterable {
        case up, down
    }

    struct Stage: Sendable {
        let key: UInt64
        let word: String
        let template: ConditionTemplate
        /// Shared by all; nil where each connection has its own.
        let line: Bottleneck?
        /// For what happens to all connections alike.
        let draws: Draws
    }

    struct Way: Sendable {
        var stages: [Stage] = []
        /// Bytes that may wait in one connection or flow.
        var limit = Buffers.plain
        /// Whether what waits must be kept within the limit exactly, in the kernel's buffers as well.
        var isBounded: Bool { !stages.isEmpty }
    }

    var up = Way()
    var down = Way()

    subscript(_ direction: Direction) -> Way {
        switch direction {
        case .up: up
        case .down: down
        }
    }

    /// - Parameters:
    ///   - own: The link's own lines.
    ///   - group: Its group's; nil where it has none.
    init(
        _ words: LinkWords,
        isCut: Bool,
        own: Lines,
        group: Lines?,
        draws: Draws,
        now: Instant
    ) {
        up = Self.way(words.up, .up, isCut, own, group, draws, now)
        down = Self.way(words.down, .down, isCut, own, group, draws, now)
    }

    private static func way(
        _ words: [ConditionWords],
        _ direction: Direction,
        _ isCut: Bool,
        _ own: Lines,
        _ group: Lines?,
        _ draws: Draws,
        _ now: Instant
    ) -> Way {
        var stages: [Stage] = []
        for (index, words) in words.enumerated() {
            var seen: [String: Int] = [:]
            for (word, template) in words.templates {
                var place = "\(direction) \(index) \(word) \(seen[word, default: 0])"
                // A rate that changes hands is another line.
                if case .rate(_, let scope, _) = template { place += " \(scope)" }
                let key = key(place)
                seen[word, default: 0] += 1
                var line: Bottleneck?
                if case .rate(let rate, let scope, _) = template, scope != .connection {
                    let lines = scope == .group ? group ?? own : own
                    let place = scope == .group ? groupKey(direction) : key
                    line = lines.line(place, bitsPerSecond: rate.bitsPerSecond, now: now)
                }
                stages.append(Stage(key: key, word: word, template: template, line: line, draws: draws.of(key)))
            }
        }
        if isCut {
            stages.append(Stage(key: key("\(direction) cut"), word: "cut", template: .stall, line: nil, draws: draws))
        }
        return Way(stages: stages, limit: Buffers.limit(stages.map(\.template)))
    }

    /// A group has one line for each direction, wherever in a link it stands.
    static func groupKey(_ direction: Direction) -> UInt64 { key("\(direction) group") }

    /// A word in its place is the same condition as long as it is there: its draws go on where they were, whatever else
    /// comes and goes beside it. FNV-1a.
    static func key(_ text: String) -> UInt64 {
        text.utf8.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
    }
}

extension [LinkProfile.Stage] {
    /// For one connection or flow.
    /// - Parameters:
    ///   - make: A template's condition, on a line and with draws that several share.
    ///   - ownLine: The line of its own that a connection has already for the stage of a key: it stays its own, at its new
    ///     speed.
    func keyed<Condition>(
        now: Instant,
        _ make: (ConditionTemplate) -> (Bottleneck?, Draws) -> Condition?,
        ownLine: (UInt64) -> Bottleneck? = { _ in nil }
    ) -> [KeyedStage<Condition>] {
        compactMap { stage in
            var line = stage.line
            if line == nil, case .rate(let rate, _, _) = stage.template, let own = ownLine(stage.key) {
                own.change(bitsPerSecond: rate.bitsPerSecond, now: now)
                line = own
            }
            return make(stage.template)(line, stage.draws).map { KeyedStage(key: stage.key, $0) }
        }
    }
}

/// How much may wait on a link's way.
enum Buffers {
    /// Without conditions nothing waits but for a slow receiver.
    static let plain = 1 << 20
    /// What a router of little memory holds.
    static let least = 64 << 10
    /// For one direction of one connection, whatever its conditions ask for.
    static let most = 4 << 20
    /// The most that is read at once. Measured: with less, each byte costs more.
    static let read = 256 << 10

    /// As much as is under way at the line's rate and delay, so that a connection can reach that rate; without a rate, as much
    /// as is allowed.
    static func limit(_ templates: [ConditionTemplate]) -> Int {
        guard !templates.isEmpty else { return plain }
        var (delay, rate, queue) = (0.0, Double.infinity, 0)
        for template in templates {
            switch template {
            case .rate(let it, _, let bytes):
                rate = min(rate, it.bytesPerSecond)
                queue = max(queue, bytes ?? 0)
            case .latency(let latency): delay += Double(latency.mean) + Double(latency.jitter)
            case .steps(let spread, _): delay += Double(spread)
            case .loss(_, let recovery): delay += Double(recovery)
            default: break
            }
        }
        let underWay = delay == 0 ? (rate.isFinite ? 0 : Double(plain)) : rate * delay / 1e9
        return Int(min(Double(most), max(Double(least), Double(queue) + underWay)))
    }
}
