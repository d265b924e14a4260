import HomeportConditions
import HomeportCore
package import HomeportNet

/// What a link says of itself. The keys are stable: `homeport link list --json` prints them.
package struct LinkStatus: Sendable, Codable, Equatable {
    package struct Way: Sendable, Codable, Equatable {
        package var conditions: [ConditionWords]
        /// Bytes that have gone on.
        package var bytes: UInt64
        package var effects: [Effect]
    }

    /// What one condition has done, to all connections there ever were.
    package struct Effect: Sendable, Codable, Equatable {
        package var condition: String
        /// `real`, or `modelled` where a program above the network cannot do the thing itself.
        package var kind: String
        /// Packets, or pieces of a stream, that it held back, changed or threw away.
        package var hits: UInt64
        /// By how much it held them back, in all.
        package var milliseconds: Double
        package var discardedBytes: UInt64
    }

    package var name: String
    package var group: String?
    /// `tcp` or `udp`.
    package var transport: String
    /// Where it listens.
    package var addresses: [String]
    package var target: String
    package var connect: ConnectMode
    package var isCut: Bool
    /// Seconds until it heals by itself; null where nobody said so.
    package var cutFor: Double?
    /// Seconds until it goes back to the conditions it had before; null where nobody said so.
    package var setFor: Double?
    package var seed: UInt64
    /// Connections, or flows, this moment; all there were; and those for which nobody was found.
    package var open: Int
    package var opened: UInt64
    package var failed: UInt64
    /// Datagrams that found no room.
    package var overflowed: UInt64
    package var up: Way
    package var down: Way

    enum CodingKeys: String, CodingKey {
        case name, group, transport, addresses, target, connect, seed, open, opened, failed, overflowed, up, down
        case isCut = "cut"
        case cutFor = "cut_for"
        case setFor = "set_for"
    }

    static func effects(
        _ effects: [UInt64: HomeportConditions.Effect],
        _ names: [UInt64: String],
        isDatagram: Bool
    ) -> [Effect] {
        var byName: [String: HomeportConditions.Effect] = [:]
        for (key, effect) in effects { byName[names[key] ?? "gone", default: HomeportConditions.Effect()] += effect }
        let order = ConditionWords.keys.map(\.name) + ["cut", "gone"]
        return order.compactMap { word in
            byName[word].map {
                Effect(
                    condition: word,
                    kind: word == "loss" && !isDatagram ? "modelled" : "real",
                    hits: $0.hits,
                    milliseconds: Double($0.nanoseconds) / 1e6,
                    discardedBytes: $0.discarded
                )
            }
        }
    }
}
