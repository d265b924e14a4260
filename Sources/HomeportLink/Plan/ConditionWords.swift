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

    package init(from decoder: any Decoder) throws {
        texts = try decoder.singleValueContainer().decode([String: String].self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(texts)
    }

    /// Every word, in the order in which conditions that are written as a mapping act.
    package static let keys: [PlanKey<ConditionWords>] = [
        ConditionWord.rate.key, ConditionWord.ratePer.key, ConditionWord.queue.key,
        ConditionWord.latency.key, ConditionWord.jitter.key, ConditionWord.distribution.key,
        ConditionWord.correlation.key, ConditionWord.keepOrder.key, ConditionWord.step.key, ConditionWord.stepEvery.key,
        ConditionWord.loss.key, ConditionWord.recovery.key,
        ConditionWord.duplicate.key, ConditionWord.reorder.key,
        ConditionWord.corrupt.key, ConditionWord.corruptAt.key,
        ConditionWord.slice.key, ConditionWord.sliceVariation.key, ConditionWord.slicePause.key,
        ConditionWord.slowClose.key, ConditionWord.blackhole.key, ConditionWord.stall.key,
        ConditionWord.closeAfter.key, ConditionWord.resetAfter.key,
    ]

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
        guard let isDatagram else { return nil }
        let others =
            isDatagram
            ? ["slice", "slow_close", "close_after", "reset_after", "recovery"]
            : ["duplicate", "reorder", "keep_order"]
        if let word = others.first(where: { settled[$0] != nil && settled[$0] != "false" }) {
            return isDatagram
                ? (word, "\(word) is for TCP, and this link carries UDP", "leave it out")
                : (word, "\(word) is for UDP: a TCP stream has no such thing", "leave it out")
        }
        return nil
    }
}
