package import HomeportCore
package import HomeportNet

/// What is to be done to a link's conditions: a plan's link begins with none and is edited once; `link set` edits what runs.
package struct LinkEdit: Sendable, Hashable {
    package enum Direction: String, Sendable, CaseIterable {
        case up, down, both
    }

    /// What becomes of one direction beside the words for both.
    package enum Way: Sendable, Hashable {
        /// These words in place of the same ones before.
        case words(ConditionWords)
        /// Nothing but these, in this order.
        case list([ConditionWords])
    }

    /// Whether what was there goes first.
    package var clears = false
    package var preset: Preset?
    /// Delay there and back: half each way.
    package var roundTrip: Duration?
    /// For what is said without a direction.
    package var direction: Direction?
    package var own = ConditionWords()
    package var up: Way?
    package var down: Way?
    /// What is said of new connections; nil says nothing.
    package var connect: ConnectMode?

    /// What becomes of new connections; nil leaves it as it is.
    package var nextConnect: ConnectMode? { connect ?? (clears || preset != nil ? .accept : nil) }

    package init() {}

    package var isEmpty: Bool {
        !clears && preset == nil && roundTrip == nil && own.isEmpty && up == nil && down == nil && connect == nil
    }

    /// - Throws: ``HomeportError`` when the words do not go together.
    package func applied(to before: LinkWords, isDatagram: Bool?) throws(HomeportError) -> LinkWords {
        var words = preset?.words ?? (clears ? LinkWords() : before)
        if let roundTrip {
            let half = roundTrip.wholeNanoseconds / 2
            let there = ConditionWords(["latency": Duration.nanoseconds(half).text])
            let back = ConditionWords(["latency": Duration.nanoseconds(roundTrip.wholeNanoseconds - half).text])
            words.up.overlay(there)
            words.down.overlay(back)
        }
        if direction != .down, direction != nil { words.up.overlay(own) }
        if direction != .up { words.down.overlay(own) }
        words.up.edit(up)
        words.down.edit(down)
        words.up = words.up.map(\.settled).filter { !$0.isEmpty }
        words.down = words.down.map(\.settled).filter { !$0.isEmpty }
        for direction in words.up + words.down {
            if let wrong = direction.contradiction(isDatagram: isDatagram) {
                throw HomeportError(.badValue, wrong.what, fix: wrong.fix)
            }
        }
        return words
    }
}

extension [ConditionWords] {
    /// Each word goes to the condition that it belongs to, else to the first place.
    fileprivate mutating func overlay(_ words: ConditionWords) {
        guard !words.isEmpty else { return }
        guard count > 1 else {
            self = [words.over(first ?? ConditionWords())]
            return
        }
        for key in ConditionWords.keys {
            guard let text = words[named: key.name] else { continue }
            let condition = ConditionWords.condition(of: key.name)
            self[firstIndex { $0[named: condition] != nil } ?? 0][named: key.name] = text
        }
    }

    fileprivate mutating func edit(_ way: LinkEdit.Way?) {
        switch way {
        case .words(let words): overlay(words)
        case .list(let list): self = list
        case nil: break
        }
    }
}
