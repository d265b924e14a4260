import HomeportConditions
import HomeportCore

extension ConditionWord where Value == Duration {
    static let from = Self("from", "10s", "When it begins, after it came; before that it is not there.", time)
    static let until = Self("until", "40s", "When it ends, after it came. In place of for.", positive)
    static let lasting = Self("for", "30s", "How long it acts, once it has begun.", positive)
    static let ramp = Self(
        "ramp",
        "5s",
        "How long it takes to full strength, in 50 steps: of latency, jitter, step, loss, corrupt, duplicate, reorder and rate.",
        positive
    )
    static let period = Self("repeat", "60s", "All of it again each time this is over.", positive)
    static let expires = Self(
        "expires",
        "30s",
        "It is taken away after this, unless whoever set it sets it again: what a dead test left behind heals.",
        { (text) throws(HomeportError) in try Duration.untilUndone(text) }
    )
}

extension ConditionWord where Value == Schedule.Flap {
    static let flap = Self(
        "flap",
        "2s/3s",
        "On and off by turns: so long on, so long off.",
        { (text) throws(HomeportError) in
            let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 else {
                throw HomeportError(.badValue, "\"\(text)\" is not on and off", fix: "write 2s/3s")
            }
            let times = [try Duration.untilUndone(parts[0]), try Duration.untilUndone(parts[1])]
            return Schedule.Flap(on: times[0].nanoseconds, off: times[1].nanoseconds)
        }
    )
}

extension ConditionWord where Value == Probability {
    static let share = Self(
        "share",
        "50%",
        "Of all connections only so many meet this, each by one draw that stays.",
        Probability.init(parsing:)
    )
}

extension ConditionWord where Value == UInt64 {
    static let first = Self(
        "first",
        "2",
        "Only so many connections meet this, the next that come; then all is well.",
        count
    )
    static let every = Self("every", "10", "Only each so-many-th connection meets this.", count)

    @Sendable private static func count(_ text: String) throws(HomeportError) -> UInt64 {
        guard let count = UInt64(text), count > 0, count <= 1_000_000_000 else {
            throw HomeportError(.badValue, "\"\(text)\" counts no connections", fix: "write a whole number from 1")
        }
        return count
    }
}

extension ConditionWord where Value == ClosedRange<UInt16> {
    static let ports = Self(
        "client_port",
        "40000-40999",
        "Only connections from this port, or these ports, meet this.",
        { (text) throws(HomeportError) in
            let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map { UInt16($0) }
            guard let least = ends.first ?? nil, let most = ends.last ?? nil, least > 0, least <= most else {
                throw HomeportError(.badValue, "\"\(text)\" is no range of ports", fix: "write 40000 or 40000-40999")
            }
            return least...most
        }
    )
}

extension ConditionWord where Value == String {
    static let begins = Self(
        "begins",
        "GET /admin",
        "Only connections whose client sends this first meet this, from then on.",
        { (text) throws(HomeportError) in
            guard !text.isEmpty, text.utf8.count <= ConnectionFacts.longestBeginning else {
                throw HomeportError(.badValue, "a beginning has 1 to \(ConnectionFacts.longestBeginning) bytes")
            }
            return text
        }
    )
    static let serverName = Self(
        "sni",
        "api.example.test",
        "Only TLS connections to this server meet this, by the name that the client asks for; *.example.test for all below.",
        { (text) throws(HomeportError) in
            let name = text.lowercased()
            let bare = name.hasPrefix("*.") ? name.dropFirst(2) : name[...]
            guard !bare.isEmpty, name.utf8.count <= 255, bare.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x2A })
            else {
                throw HomeportError(.badValue, "\"\(text)\" is no server's name", fix: "write api.example.test")
            }
            return name
        }
    )
    static let name = Self(
        "name",
        "slow",
        "What this one is called: set finds it by that, and another name is one more.",
        { (text) throws(HomeportError) in
            guard !text.isEmpty, text.utf8.count <= 255 else {
                throw HomeportError(.badValue, "a condition's name has 1 to 255 bytes")
            }
            return text
        }
    )
}
