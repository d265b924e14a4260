import HomeportConditions
import HomeportNet
import NIOCore

/// What conditions have done to one passage, for who watches it. Nothing is kept where nobody does.
final class PassageWatch: ConditionSource {
    private let link: String
    private let loop: LinkLoop
    /// What it has done is told before it is gone.
    private weak var passage: (any Passage)?
    /// Of a link behind this one.
    private var next: (any ConditionSource)?
    private var dialled: Peer?
    private var hits = ConditionHits()

    init(_ link: String, _ passage: any Passage, on loop: LinkLoop) {
        (self.link, self.passage, self.loop) = (link, passage, loop)
    }

    func connected(to channel: any Channel) {
        dialled = Peer(of: channel)
        next = ConditionProbe.source(of: channel)
    }

    var upstream: Peer? { next?.upstream ?? dialled }

    func note(_ key: UInt64, _ effect: Effect, of way: LinkProfile.Way, isUp: Bool) {
        guard let stage = way.stages.first(where: { $0.key == key }) else { return }
        var hit = ConditionHit(link: link, condition: stage.word, isUp: isUp)
        (hit.hits, hit.longest, hit.discarded) = (effect.hits, effect.longest, effect.discarded)
        hits.add(hit)
    }

    func takeHits(into hits: inout ConditionHits) {
        if let passage { loop.harvest(passage) }
        for hit in self.hits.all { hits.add(hit) }
        self.hits.removeAll()
        next?.takeHits(into: &hits)
    }
}
