import HomeportConditions
import NIOCore

/// Something that goes through a link: a TCP connection's relay, or a flow of datagrams. Lives on one loop.
protocol Passage: AnyObject {
    /// Another profile from now on, for what waits as well.
    func become(_ profile: LinkProfile)
    /// Adds what has happened since this was asked last.
    func harvest(into counts: inout LinkCounts)
    /// Ends it now, whatever waits.
    func end()
}

/// What a link has done.
struct LinkCounts: Sendable {
    struct Way: Sendable {
        /// That have come, and that have gone on.
        var received: UInt64 = 0
        var bytes: UInt64 = 0
        /// Of the conditions that are there, by their keys.
        var effects: [UInt64: Effect] = [:]
        /// Of those that are no longer, by their words: names may come and go for ever.
        var gone: [String: Effect] = [:]

        static func += (a: inout Way, b: Way) {
            a.received &+= b.received
            a.bytes &+= b.bytes
            for (key, effect) in b.effects { a.effects[key, default: Effect()] += effect }
            for (word, effect) in b.gone { a.gone[word, default: Effect()] += effect }
        }

        /// Other conditions are there from now on.
        mutating func turn(from before: LinkProfile.Way, to after: LinkProfile.Way) {
            let kept = Set(after.stages.map(\.key))
            for stage in before.stages where !kept.contains(stage.key) {
                guard let effect = effects.removeValue(forKey: stage.key) else { continue }
                gone[stage.word, default: Effect()] += effect
            }
        }
    }

    /// Connections or flows that are open, and all there ever were.
    var open = 0
    var opened: UInt64 = 0
    /// Those for which nobody was found upstream.
    var failed: UInt64 = 0
    /// Datagrams that found no room.
    var overflowed: UInt64 = 0
    var up = Way()
    var down = Way()

    static func += (a: inout LinkCounts, b: LinkCounts) {
        a.open += b.open
        a.opened &+= b.opened
        a.failed &+= b.failed
        a.overflowed &+= b.overflowed
        a.up += b.up
        a.down += b.down
    }
}

/// What a link is on one event loop: who goes through it there, and what is true for all of them. Never leaves its loop.
final class LinkLoop {
    let loop: any EventLoop
    /// What its alarms have learnt.
    let habit = WakeHabit()
    private(set) var profile: LinkProfile
    private var passages: [ObjectIdentifier: any Passage] = [:]
    private var counts = LinkCounts()

    init(_ profile: LinkProfile, on loop: any EventLoop) {
        self.profile = profile
        self.loop = loop
    }

    var count: Int { passages.count }

    /// Bytes of datagrams that wait, of all flows together.
    var heldDatagrams = 0
    /// As many as may: who sends from ever new ports would otherwise get as much again with each.
    static let mostHeldDatagrams = 64 << 20

    func add(_ passage: any Passage) {
        counts.opened += 1
        passages[ObjectIdentifier(passage)] = passage
    }

    /// Has it tell what has happened by now.
    func harvest(_ passage: any Passage) { passage.harvest(into: &counts) }

    func remove(_ passage: any Passage) {
        guard passages.removeValue(forKey: ObjectIdentifier(passage)) != nil else { return }
        passage.harvest(into: &counts)
    }

    func fail() { counts.failed += 1 }

    func become(_ profile: LinkProfile) {
        let before = self.profile
        // What a condition that goes has done is not to be forgotten, nor its name.
        for passage in passages.values { passage.harvest(into: &counts) }
        self.profile = profile
        for passage in passages.values { passage.become(profile) }
        counts.up.turn(from: before.up, to: profile.up)
        counts.down.turn(from: before.down, to: profile.down)
    }

    func harvest() -> LinkCounts {
        for passage in passages.values { passage.harvest(into: &counts) }
        var now = counts
        now.open = passages.count
        return now
    }

    func endAll() { for passage in passages.values { passage.end() } }
}
