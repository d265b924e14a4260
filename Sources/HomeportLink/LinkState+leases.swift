import HomeportCore
import NIOCore

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
