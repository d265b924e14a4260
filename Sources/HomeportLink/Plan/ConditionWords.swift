import HomeportConditions
package import HomeportCore

/// What a network does, as it was written: each word with its value. `off` stands for a word that is not to act although a
/// preset, or what was set before, has it.
package struct ConditionWords: Sendable, Hashable, Codable {
    private var texts: [String: String] = [:]

    /// What stands for any word's own value, and undoes it.
    static let off = "off"

    package init() {}

    init(_ texts: [String: String]) { self.texts = texts }

    package subscript(named name: String) -> String? {
        get { texts[name] }
        set { texts[name] = newValue }
    }

    /// The word's value; nil where it was not said, or is off.
    subscript<Value>(_ word: ConditionWord<Value>) -> Value? { texts[word.name].flatMap { try? word.parse($0) } }

    package var isEmpty: Bool { texts.isEmpty }

    /// These, and where they say nothing, those of `base`.
    package func over(_ base: ConditionWords) -> ConditionWords {
        ConditionWords(base.texts.merging(texts) { _, mine in mine })
    }

    /// Without what is off.
    var settled: ConditionWords { ConditionWords(texts.filter { $0.value != Self.off }) }

    /// In the order in which words act: `latency 80ms, jitter 20ms`.
    package var text: String {
        Self.keys.compactMap { key in texts[key.name].map { "\(key.name) \($0)" } }.joined(separator: ", ")
    }

    /// In the order in which they act, qualifiers last.
    package var all: [(name: String, text: String)] {
        Self.keys.compactMap { key in texts[key.name].map { (key.name, $0) } }
    }

    /// Words that say whom a condition meets, and when.
    package static let qualifierNames = qualifiers.map(\.name).filter { $0 != "name" && $0 != "share" }

    /// Reads a condition's words.
    /// - Throws: ``HomeportError`` about the first that is wrong.
    package func check() throws(HomeportError) {
        for (name, text) in texts.sorted(by: { $0.key < $1.key }) {
            var (words, problems) = (ConditionWords(), [HomeportError]())
            let json = String(json: [(name, text)])
            Self.section.read(try PlanNode(parsing: json, file: name), into: &words, problems: &problems)
            if let first = problems.first { throw first }
        }
        if let wrong = contradiction(isDatagram: nil) { throw HomeportError(.badValue, wrong.what, fix: wrong.fix) }
    }

    /// Whether a word is true or not, and nothing else.
    package static func isFlag(_ word: String) -> Bool { keys.contains { $0.name == word && $0.example == "true" } }

    /// Whether a word names a condition, and is not one that says more about another.
    package static func isCondition(_ word: String) -> Bool {
        keys.contains { $0.name == word } && heads[word] == nil && !qualifiers.contains { $0.name == word }
    }

    /// The same conditions, each by itself.
    package var single: [ConditionWords] {
        let qualifying = texts.filter { name, _ in Self.qualifiers.contains { $0.name == name } }
        var parts: [(head: String, words: ConditionWords)] = []
        for (name, text) in all where qualifying[name] == nil {
            let head = Self.condition(of: name)
            if parts.last?.head != head {
                var words = ConditionWords(qualifying)
                // A name is one condition's: the others are called after it.
                if !parts.isEmpty, let name = qualifying["name"] { words[named: "name"] = "\(name)_\(head)" }
                parts.append((head, words))
            }
            parts[parts.count - 1].words[named: name] = text
        }
        return parts.isEmpty ? [self] : parts.map(\.words)
    }

    package init(from decoder: any Decoder) throws {
        texts = try decoder.singleValueContainer().decode([String: String].self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(texts)
    }

    /// Every word, in the order in which conditions that are written as a mapping act.
    package static let keys: [PlanKey<ConditionWords>] =
        [
            ConditionWord.rate.key, ConditionWord.ratePer.key, ConditionWord.queue.key,
            ConditionWord.traceKey,
            ConditionWord.latency.key, ConditionWord.jitter.key, ConditionWord.distribution.key,
            ConditionWord.correlation.key, ConditionWord.keepOrder.key, ConditionWord.step.key,
            ConditionWord.stepEvery.key,
            ConditionWord.loss.key, ConditionWord.recovery.key,
            ConditionWord.duplicate.key, ConditionWord.reorder.key,
            ConditionWord.corrupt.key, ConditionWord.corruptAt.key,
            ConditionWord.slice.key, ConditionWord.sliceVariation.key, ConditionWord.slicePause.key,
            ConditionWord.slowClose.key, ConditionWord.blackhole.key, ConditionWord.stall.key,
            ConditionWord.timeout.key, ConditionWord.limitData.key, ConditionWord.resetPeer.key,
            ConditionWord.closeAfter.key, ConditionWord.resetAfter.key,
        ] + qualifiers

    /// Words that say what a condition is called, and whom it meets.
    static let qualifiers: [PlanKey<ConditionWords>] = [
        ConditionWord.name.key, ConditionWord.share.key, ConditionWord.first.key, ConditionWord.every.key,
        ConditionWord.ports.key, ConditionWord.begins.key, ConditionWord.serverName.key, ConditionWord.from.key,
        ConditionWord.lasting.key, ConditionWord.until.key,
        ConditionWord.ramp.key, ConditionWord.flap.key, ConditionWord.period.key, ConditionWord.expires.key,
    ]

    /// Whether it says anything beside whom it meets.
    private var hasCondition: Bool { texts.keys.contains { name in !Self.qualifiers.contains { $0.name == name } } }

    /// Words that say more about another one, and nothing without it.
    static let heads = [
        "distribution": "jitter", "correlation": "jitter", "jitter": "latency", "keep_order": "jitter",
        "step_every": "step", "rate_per": "rate", "queue": "rate", "recovery": "loss", "slice_variation": "slice",
        "slice_pause": "slice",
    ]

    /// The word of the condition that this one says more about.
    static func condition(of word: String) -> String { heads[word].map { condition(of: $0) } ?? word }

    static let section = PlanSection<ConditionWords>(keys: keys)

    /// What single words allow, and together they do not say anything.
    /// - Parameter isDatagram: Whether the link carries UDP; nil where that is not known.
    func contradiction(isDatagram: Bool?) -> (word: String, what: String, fix: String)? {
        let settled = settled.texts
        for (word, other) in Self.heads.sorted(by: { $0.key < $1.key })
        where settled[word] != nil && settled[other] == nil {
            return (word, "\(word) does nothing without \(other)", "add \(other), or leave \(word) out")
        }
        if let slice = self[.slice], let variation = self[.sliceVariation], variation >= slice {
            return ("slice_variation", "pieces of \(slice) cannot vary by \(variation)", "write less than \(slice)")
        }
        if let wrong = scheduleContradiction { return wrong }
        if !settled.isEmpty, settled["name"] == nil, !self.settled.hasCondition {
            let word = settled.keys.sorted()[0]
            return (word, "\(word) does nothing by itself", "say what those connections meet, as in latency: 80ms")
        }
        guard let isDatagram else { return nil }
        let others =
            isDatagram
            ? [
                "slice", "slow_close", "close_after", "reset_after", "recovery", "timeout", "limit_data", "reset_peer",
            ]
            : ["duplicate", "reorder", "keep_order"]
        if let word = others.first(where: { settled[$0] != nil && settled[$0] != "false" }) {
            return isDatagram
                ? (word, "\(word) is for TCP, and this link carries UDP", "leave it out")
                : (word, "\(word) is for UDP: a TCP stream has no such thing", "leave it out")
        }
        return nil
    }
}
