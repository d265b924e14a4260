import HomeportConditions
import HomeportCore
import HomeportNet
import NIOCore

/// What has been said to a link, and what is so because of it: one value under one lock.
struct LinkState {
    var target: LinkTarget
    /// What it does when no edit acts any more, and what was said since, in order.
    var base: LinkSettings
    /// What the plan says.
    var planned: LinkSettings
    var edits: [TimedEdit] = []
    var settings: LinkSettings
    /// Whether it does something else than the plan says.
    var isEdited: Bool { base != planned || !edits.isEmpty }
    var lastFailure: String?
    /// The keys of the present conditions, in order.
    var order: (up: [UInt64], down: [UInt64]) = ([], [])
    var isCut = false
    var cutUntil: NIODeadline?
    /// Tells timers of what is no longer so from those of what is.
    var generation: UInt64 = 0
    /// Its loops are going, or gone: nothing more is to be asked of them.
    var isEnded = false
    var trouble = RecentTrouble()
    var crowding = RecentTrouble()
    /// When each of its conditions came, by its key.
    var births: [UInt64: LinkProfile.Birth] = [:]
    /// When a schedule changes what it does.
    var until: Instant?
    /// When those are taken away that nobody has renewed, by direction and name.
    var leases: [Lease: NIODeadline] = [:]
    /// Words of the keys that loops count by.
    var names: [UInt64: String] = [:]

    /// Applies what acts now. An edit that no longer makes sense without one that is over is left out.
    mutating func settle(now: NIODeadline, isDatagram: Bool) {
        edits.removeAll { $0.until.map { $0 <= now } ?? false }
        while let first = edits.first, first.until == nil {
            base = (try? first.edit.applied(to: base, isDatagram: isDatagram)) ?? base
            edits.removeFirst()
        }
        settings = edits.reduce(base) { (try? $1.edit.applied(to: $0, isDatagram: isDatagram)) ?? $0 }
    }

    mutating func note(_ profile: LinkProfile) {
        order = (profile.up.stages.map(\.key), profile.down.stages.map(\.key))
        let stages = profile.up.stages + profile.down.stages
        names = Dictionary(stages.map { ($0.key, $0.word) }) { one, _ in one }
        births = profile.births
        until = profile.until
    }
}

/// A condition that is there for a while.
struct Lease: Hashable {
    let isUp: Bool
    /// Empty for one without a name.
    let name: String
}

extension LinkState {
    /// Begins the time of those conditions that are for a while, where it has not begun or is renewed.
    mutating func lease(now: NIODeadline, renewing: (Lease) -> Bool) {
        var leases: [Lease: NIODeadline] = [:]
        forEachLease { lease, time in
            let known = renewing(lease) ? nil : self.leases[lease]
            leases[lease] = known ?? now + .nanoseconds(time.wholeNanoseconds)
        }
        self.leases = leases
    }

    /// Takes away those whose time is over.
    /// - Returns: Whether there were any.
    mutating func endLeases(now: NIODeadline) -> Bool {
        let over = Set(leases.filter { $0.value <= now }.keys)
        guard !over.isEmpty else { return false }
        func without(_ words: [ConditionWords], isUp: Bool) -> [ConditionWords] {
            words.filter { $0[.expires] == nil || !over.contains(Lease(isUp: isUp, name: $0[.name] ?? "")) }
        }
        func end(_ settings: inout LinkSettings) {
            settings.words.up = without(settings.words.up, isUp: true)
            settings.words.down = without(settings.words.down, isUp: false)
        }
        end(&base)
        end(&settings)
        // What was said for a time is not to bring them back.
        edits = edits.map { edit in
            var edit = edit
            edit.edit.forEachList { without($0, isUp: $1) }
            return edit
        }
        for lease in over { leases[lease] = nil }
        return true
    }

    private func forEachLease(_ body: (Lease, Duration) -> Void) {
        for (words, isUp) in [(settings.words.up, true), (settings.words.down, false)] {
            for condition in words {
                if let time = condition[.expires] { body(Lease(isUp: isUp, name: condition[.name] ?? ""), time) }
            }
        }
    }
}

/// Something that was said while it runs.
struct TimedEdit {
    var edit: LinkEdit
    /// Nil for good.
    let until: NIODeadline?
}
