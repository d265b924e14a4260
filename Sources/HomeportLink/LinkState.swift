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

/// Something that was said while it runs.
struct TimedEdit {
    var edit: LinkEdit
    /// Nil for good.
    let until: NIODeadline?
}
