package import HomeportCore
package import HomeportNet

/// What is to be done to a link's conditions: a plan's link begins with none and is edited once; `link set` edits what runs.
package struct LinkEdit: Sendable, Hashable {
    package enum Direction: String, Sendable {
        case up, down, both
    }

    /// What becomes of one direction beside the words for both.
    package enum Way: Sendable, Hashable {
        /// These words in place of the same ones before.
        case words(ConditionWords)
        /// Nothing but these, in this order.
        case list([ConditionWords])
    }

    package enum RoundTrip: Sendable, Hashable {
        case off
        case time(Duration)
    }

    /// Whether what was there goes first.
    package var clears = false
    package var preset: Preset?
    /// Delay there and back: half each way.
    package var roundTrip: RoundTrip?
    /// For what is said without a direction.
    package var direction: Direction?
    package var own = ConditionWords()
    package var up: Way?
    package var down: Way?
    /// Whether new connections are refused, or left unanswered; nil says nothing of it.
    package var refuse: Bool?
    package var unreachable: Bool?
    /// What goes wrong with requests of HTTP, in place of what did.
    package var http: [HTTPFault]?

    /// What becomes of new connections; nil leaves it as it is.
    package var connect: ConnectMode? {
        if refuse == true { return .refuse }
        if unreachable == true { return .unreachable }
        return refuse ?? unreachable != nil || clears || preset != nil ? .accept : nil
    }

    package init() {}

    /// Whether what it makes is the same, whatever there was before.
    var beginsAnew: Bool {
        if clears || preset != nil { return true }
        return false
    }

    /// Replaces each list of conditions.
    mutating func forEachList(_ change: ([ConditionWords], _ isUp: Bool) -> [ConditionWords]) {
        if case .list(let list) = up { up = .list(change(list, true)) }
        if case .list(let list) = down { down = .list(change(list, false)) }
    }

    package var isEmpty: Bool {
        !clears && preset == nil && roundTrip == nil && own.isEmpty && up == nil && down == nil
            && refuse == nil && unreachable == nil && http == nil
    }

    /// - Throws: ``HomeportError`` when the words do not go together.
    package func applied(to before: LinkWords, isDatagram: Bool?) throws(HomeportError) -> LinkWords {
        if refuse == true, unreachable == true {
            throw HomeportError(.badValue, "refuse and unreachable exclude each other", fix: "leave one of them out")
        }
        var words = preset?.words ?? (clears ? LinkWords() : before)
        if let roundTrip {
            if saysLatency {
                throw HomeportError(
                    .badValue,
                    "rtt and latency both say what the delay is",
                    fix: "leave one of them out"
                )
            }
            let (there, back) = Self.halves(roundTrip)
            words.up.overlay(there)
            words.down.overlay(back)
        }
        if direction ?? .down != .down, let word = Self.twice(own, up) {
            throw HomeportError(.badValue, "\(word) is said twice for the way up", fix: "leave one of them out")
        }
        if direction ?? .down != .up, let word = Self.twice(own, down) {
            throw HomeportError(.badValue, "\(word) is said twice for the way down", fix: "leave one of them out")
        }
        if direction != nil, own.isEmpty {
            throw HomeportError(.badValue, "direction does nothing by itself", fix: "say what is to happen that way")
        }
        if direction != .down, direction != nil { words.up.overlay(own) }
        if direction != .up { words.down.overlay(own) }
        words.up.edit(up)
        words.down.edit(down)
        words.up = words.up.map(\.settled).filter { !$0.isEmpty }
        words.down = words.down.map(\.settled).filter { !$0.isEmpty }
        for direction in [words.up, words.down] {
            guard direction.count(where: { $0[named: ConditionWord.duplicate.name] != nil }) <= Self.mostDoublings
            else {
                throw HomeportError(
                    .badValue,
                    "each duplicate doubles what the one before lets through",
                    fix: "leave all but \(Self.mostDoublings) of them out"
                )
            }
        }
        for direction in words.up + words.down {
            if let wrong = direction.contradiction(isDatagram: isDatagram) {
                throw HomeportError(.badValue, wrong.what, fix: wrong.fix)
            }
        }
        return words
    }

    /// The same, with what becomes of new connections.
    func applied(to before: LinkSettings, isDatagram: Bool?) throws(HomeportError) -> LinkSettings {
        var settings = LinkSettings()
        settings.words = try applied(to: before.words, isDatagram: isDatagram)
        settings.connect = connect ?? before.connect
        settings.http = http ?? (beginsAnew ? [] : before.http)
        if isDatagram == true, !settings.http.isEmpty {
            throw HomeportError(.badValue, "http is for links that carry HTTP/1.1 over TCP", fix: "leave it out")
        }
        return settings
    }

    /// The part that is about a line's speed, which all who share the line must hear; nil where there is none.
    package var rateEdit: LinkEdit? {
        func rate(_ words: ConditionWords) -> ConditionWords {
            var only = ConditionWords()
            only[named: ConditionWord.rate.name] = words[named: ConditionWord.rate.name]
            return only
        }
        func rate(_ way: Way?) -> Way? {
            guard case .words(let words) = way, !rate(words).isEmpty else { return nil }
            return .words(rate(words))
        }
        var edit = LinkEdit()
        edit.own = rate(own)
        if !edit.own.isEmpty { edit.direction = direction }
        (edit.up, edit.down) = (rate(up), rate(down))
        return edit.isEmpty ? nil : edit
    }

    private static func twice(_ own: ConditionWords, _ way: Way?) -> String? {
        guard case .words(let words) = way else { return nil }
        return own.all.first { words[named: $0.name] != nil }?.name
    }

    private static let mostDoublings = 3

    private var saysLatency: Bool {
        func says(_ words: ConditionWords) -> Bool { words[named: ConditionWord.latency.name] != nil }
        return says(own)
            || [up, down].contains { way in
                switch way {
                case .words(let words): says(words)
                case .list(let list): list.contains(where: says)
                case nil: false
                }
            }
    }

    private static func halves(_ roundTrip: RoundTrip) -> (ConditionWords, ConditionWords) {
        func latency(_ text: String) -> ConditionWords { ConditionWords([ConditionWord.latency.name: text]) }
        guard case .time(let time) = roundTrip else {
            return (latency(ConditionWords.off), latency(ConditionWords.off))
        }
        let half = time.wholeNanoseconds / 2
        let rest = time.wholeNanoseconds - half
        return (latency(Duration.nanoseconds(half).text), latency(Duration.nanoseconds(rest).text))
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
