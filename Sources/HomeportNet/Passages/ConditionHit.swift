package import NIOCore

/// What a condition did to something that passed it: an exchange, a connection, a flow.
package struct ConditionHit: Sendable, Hashable {
    package var link: String
    /// The condition's word: `latency`.
    package var condition: String
    /// Whether it acts on what goes to the service, or on what comes from there.
    package var isUp: Bool
    /// Packets, or pieces of a stream, that it held back, changed or threw away.
    package var hits: UInt64 = 0
    /// Nanoseconds by which it held back the one that it held back longest. A sender that it kept waiting by taking nothing more
    /// waited beside that.
    package var longest: UInt64 = 0
    /// Bytes that it threw away.
    package var discarded: UInt64 = 0

    package init(link: String, condition: String, isUp: Bool) {
        (self.link, self.condition, self.isUp) = (link, condition, isUp)
    }
}

/// What the conditions on a way have done; each once, however often it hit.
package struct ConditionHits: Sendable, Equatable {
    package private(set) var all: [ConditionHit] = []

    package init() {}

    package mutating func add(_ hit: ConditionHit) {
        let known = all.firstIndex {
            $0.condition == hit.condition && $0.isUp == hit.isUp && $0.link == hit.link
        }
        guard let known else { return all.append(hit) }
        all[known].hits &+= hit.hits
        all[known].longest = max(all[known].longest, hit.longest)
        all[known].discarded &+= hit.discarded
    }

    package mutating func removeAll() { all.removeAll(keepingCapacity: true) }
}

/// Who knows what conditions do to what passes. Lives on the loop of its connection.
package protocol ConditionSource: AnyObject {
    /// Where it leads in the end; nil until that is known.
    var upstream: Peer? { get }
    /// Adds what they have done since this was asked last.
    func takeHits(into hits: inout ConditionHits)
}

/// Stands last in the pipeline of a connection that leads through conditions, and tells whose they are; nothing comes by there.
package final class ConditionProbe: ChannelInboundHandler {
    package typealias InboundIn = Never

    private let source: any ConditionSource

    package init(_ source: any ConditionSource) { self.source = source }

    /// - Returns: Nil where the connection leads through none. On its loop.
    package static func source(of channel: any Channel) -> (any ConditionSource)? {
        try? channel.pipeline.syncOperations.handler(type: ConditionProbe.self).source
    }
}
