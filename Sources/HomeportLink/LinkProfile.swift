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

    /// When a condition came, and what for.
    struct Birth: Sendable {
        /// The last connection before it.
        var connection: UInt64
        var time: Instant
        /// Another one begins anew.
        var schedule: Schedule?
    }

    var up = Way()
    var down = Way()
    /// Of all conditions, those among them that do not act now, by their keys.
    private(set) var births: [UInt64: Birth] = [:]
    /// Whether some condition depends on what clients send first.
    private(set) var needsOpening = false
    /// When a schedule makes another profile of the same words; nil is never.
    private(set) var until: Instant?

    /// - Parameters:
    ///   - own: The link's own lines.
    ///   - group: Its group's; nil where it has none.
    ///   - births: Those of the profile before.
    ///   - connection: The last one there was.
    ///   - recording: What was done once is done again, before anything else.
    init(
        _ words: LinkWords,
        isCut: Bool,
        own: Lines,
        group: Lines?,
        draws: Draws,
        births: [UInt64: Birth] = [:],
        connection: UInt64 = 0,
        recording: Recording? = nil,
        now: Instant
    ) {
        var maker = Maker(own: own, group: group, draws: draws, old: births, connection: connection, now: now)
        up = maker.way(words.up, .up, isCut)
        down = maker.way(words.down, .down, isCut)
        if let recording {
            up.stages = maker.replays(recording.up, .up) + up.stages
            down.stages = maker.replays(recording.down, .down) + down.stages
        }
        self.births = maker.births
        needsOpening = (words.up + words.down).contains { $0.selection.needsOpening }
        until = maker.until
    }

    private struct Maker {
        let own: Lines
        let group: Lines?
        let draws: Draws
        let old: [UInt64: Birth]
        let connection: UInt64
        let now: Instant
        var births: [UInt64: Birth] = [:]
        var until: Instant?

        mutating func way(_ words: [ConditionWords], _ direction: Direction, _ isCut: Bool) -> Way {
            var stages: [Stage] = []
            var seen: [String: Int] = [:]
            for words in words {
                let (selection, schedule) = (words.selection, words.schedule)
                for (word, template) in words.templates {
                    // One that has a name is the same wherever it stands; of the others, the second is the second.
                    var place = "\(direction) \(words[.name] ?? "") \(word)"
                    // A rate that changes hands is another line.
                    if case .rate(_, let scope, _) = template { place += " \(scope)" }
                    let key = key("\(place) \(seen[place, default: 0])")
                    seen[place, default: 0] += 1
                    let birth = birth(key, schedule)
                    guard let template = acting(template, schedule, birth) else { continue }
                    stages.append(
                        Stage(
                            key: key,
                            word: word,
                            template: template,
                            line: line(template, key, direction),
                            draws: draws.of(key),
                            selection: selection,
                            birth: birth.connection
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

        func replays(_ parts: [Recording.Part], _ direction: Direction) -> [Stage] {
            parts.enumerated().map { place, part in
                let key = key("\(direction) replay \(place)")
                let (template, all) = (ConditionTemplate.replay(part), Selection())
                return Stage(
                    key: key,
                    word: part.word,
                    template: template,
                    line: nil,
                    draws: draws,
                    selection: all,
                    birth: 0
                )
            }
        }

        private mutating func birth(_ key: UInt64, _ schedule: Schedule?) -> Birth {
            var birth = old[key] ?? Birth(connection: connection, time: now, schedule: schedule)
            if birth.schedule != schedule { (birth.schedule, birth.time) = (schedule, now) }
            births[key] = birth
            return birth
        }

        /// As its schedule has it now; nil while it is not there.
        private mutating func acting(_ template: ConditionTemplate, _ schedule: Schedule?, _ birth: Birth)
            -> ConditionTemplate?
        {
            guard let schedule else { return template }
            let state = schedule.state(at: now &- birth.time)
            if let next = state.until { until = min(until ?? .max, birth.time &+ next) }
            return state.strength > 0 ? template.scaled(by: state.strength) ?? template : nil
        }

        private func line(_ template: ConditionTemplate, _ key: UInt64, _ direction: Direction) -> Bottleneck? {
            if case .trace(let trace) = template { return own.line(key, pace: .trace(trace), now: now) }
            guard case .rate(let rate, let scope, _) = template, scope != .connection else { return nil }
            let lines = scope == .group ? group ?? own : own
            let place = scope == .group && group != nil ? groupKey(direction) : key
            return lines.line(place, pace: .even(rate.bitsPerSecond), now: now)
        }
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
        _ make: (ConditionTemplate) -> (Bottleneck?, Draws, ConnectionFacts) -> Condition?,
        ownLine: (UInt64) -> Bottleneck? = { _ in nil }
    ) -> [KeyedStage<Condition>] {
        compactMap { stage in
            guard stage.selection.meets(connection, since: stage.birth, draws.of(stage.key)) else { return nil }
            var line = stage.line
            if line == nil, case .rate(let rate, _, _) = stage.template, let own = ownLine(stage.key) {
                own.change(bitsPerSecond: rate.bitsPerSecond, now: now)
                line = own
            }
            return make(stage.template)(line, stage.draws, connection).map { KeyedStage(key: stage.key, $0) }
        }
    }
}
