import HomeportConditions
import HomeportCore

/// What a link does at a moment: made once from its words, and true for all its connections.
struct LinkProfile: Sendable {
    enum Direction: Sendable {
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
        let selection: Selection
        /// The last connection before it came.
        let birth: UInt64
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

    /// - Parameters:
    ///   - own: The link's own lines.
    ///   - group: Its group's; nil where it has none.
    init(
        _ words: LinkWords,
        isCut: Bool,
        own: Lines,
        group: Lines?,
        draws: Draws,
        births: (UInt64) -> UInt64 = { _ in 0 },
        now: Instant
    ) {
        up = Self.way(words.up, .up, isCut, own, group, draws, births, now)
        down = Self.way(words.down, .down, isCut, own, group, draws, births, now)
    }

    private static func way(
        _ words: [ConditionWords],
        _ direction: Direction,
        _ isCut: Bool,
        _ own: Lines,
        _ group: Lines?,
        _ draws: Draws,
        _ births: (UInt64) -> UInt64,
        _ now: Instant
    ) -> Way {
        var stages: [Stage] = []
        var seen: [String: Int] = [:]
        for words in words {
            let selection = words.selection
            for (word, template) in words.templates {
                // One that has a name is the same wherever it stands; of the others, the second is the second.
                var place = "\(direction) \(words[.name] ?? "") \(word)"
                // A rate that changes hands is another line.
                if case .rate(_, let scope, _) = template { place += " \(scope)" }
                let key = key("\(place) \(seen[place, default: 0])")
                seen[place, default: 0] += 1
                var line: Bottleneck?
                if case .rate(let rate, let scope, _) = template, scope != .connection {
                    let lines = scope == .group ? group ?? own : own
                    let place = scope == .group && group != nil ? groupKey(direction) : key
                    line = lines.line(place, bitsPerSecond: rate.bitsPerSecond, now: now)
                }
                stages.append(
                    Stage(
                        key: key,
                        word: word,
                        template: template,
                        line: line,
                        draws: draws.of(key),
                        selection: selection,
                        birth: births(key)
                    )
                )
            }
        }
        if isCut {
            let key = key("\(direction) cut")
            let all = Selection()
            stages.append(
                Stage(key: key, word: "cut", template: .stall, line: nil, draws: draws, selection: all, birth: 0)
            )
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
    ///   - draws: The connection's, of this direction.
    ///   - make: A template's condition, on a line and with draws that several share.
    ///   - ownLine: The line of its own that a connection has already for the stage of a key: it stays its own, at its new
    ///     speed.
    func keyed<Condition>(
        for connection: ConnectionFacts,
        _ draws: Draws,
        now: Instant,
        _ make: (ConditionTemplate) -> (Bottleneck?, Draws) -> Condition?,
        ownLine: (UInt64) -> Bottleneck? = { _ in nil }
    ) -> [KeyedStage<Condition>] {
        compactMap { stage in
            guard stage.selection.meets(connection, since: stage.birth, draws.of(stage.key)) else { return nil }
            var line = stage.line
            if line == nil, case .rate(let rate, _, _) = stage.template, let own = ownLine(stage.key) {
                own.change(bitsPerSecond: rate.bitsPerSecond, now: now)
                line = own
            }
            return make(stage.template)(line, stage.draws).map { KeyedStage(key: stage.key, $0) }
        }
    }
}
