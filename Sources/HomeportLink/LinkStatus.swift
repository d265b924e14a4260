import HomeportConditions
import HomeportCore
package import HomeportNet

/// What a link says of itself. The keys are stable: `homeport link list --json` prints them.
package struct LinkStatus: Sendable, Codable, Equatable {
    package struct Way: Sendable, Codable, Equatable {
        package var conditions: [ConditionWords]
        /// Bytes that have come.
        package var received: UInt64
        /// Bytes that have gone on.
        package var bytes: UInt64
        package var effects: [Effect]
    }

    /// One thing that goes wrong with requests of HTTP.
    package struct Fault: Sendable, Codable, Equatable {
        package var fault: String
        /// Requests that it has met.
        package var requests: UInt64
    }

    /// What one condition has done, to all connections there ever were.
    package struct Effect: Sendable, Codable, Equatable {
        package var condition: String
        /// `real`, or `modelled` where a program above the network cannot do the thing itself.
        package var kind: String
        /// Whether it is no longer there.
        package var isGone: Bool
        /// Packets, or pieces of a stream, that it held back, changed or threw away.
        package var hits: UInt64
        /// By how much it held them back, in all.
        package var milliseconds: Double
        package var discardedBytes: UInt64

        enum CodingKeys: String, CodingKey {
            case condition, kind, hits, milliseconds
            case discardedBytes = "discarded_bytes"
            case isGone = "gone"
        }
    }

    package var name: String
    package var group: String?
    /// `tcp` or `udp`.
    package var transport: String
    /// Where it listens.
    package var addresses: [String]
    package var target: String
    package var connect: ConnectMode
    /// Whether it listens.
    package var isOpen: Bool
    package var isCut: Bool
    /// Seconds until it heals by itself; null where nobody said so.
    package var cutFor: Double?
    /// Seconds until it goes back to the conditions it had before; null where nobody said so.
    package var setFor: Double?
    /// Whether it does something else than its plan says, because somebody has set it.
    package var isEdited: Bool
    package var seed: UInt64
    /// Of a replay: of how many connections it does the decisions again; null for any other link.
    package var replays: Int?
    /// Connections, or flows, this moment; all there were; and those for which nobody was found.
    package var open: Int
    package var opened: UInt64
    package var failed: UInt64
    /// Why the last of those failed.
    package var lastFailure: String?
    /// Datagrams that found no room.
    package var overflowed: UInt64
    package var up: Way
    package var down: Way
    package var http: [Fault]

    enum CodingKeys: String, CodingKey {
        case name, group, transport, addresses, target, connect, seed, replays, open, opened, failed, overflowed
        case up, down, http
        case isEdited = "edited"
        case lastFailure = "last_failure"
        case isOpen = "enabled"
        case isCut = "cut"
        case cutFor = "cut_for"
        case setFor = "set_for"
    }

    /// - Parameter order: The keys of the conditions that are there now.
    static func effects(
        _ counts: LinkCounts.Way,
        _ names: [UInt64: String],
        _ order: [UInt64],
        isDatagram: Bool
    ) -> [Effect] {
        func told(_ word: String, _ effect: HomeportConditions.Effect, isGone: Bool) -> Effect {
            Effect(
                condition: word,
                kind: word == "loss" && !isDatagram ? "modelled" : "real",
                isGone: isGone,
                hits: effect.hits,
                milliseconds: Double(effect.nanoseconds) / 1e6,
                discardedBytes: effect.discarded
            )
        }
        let present = order.compactMap { key in
            counts.effects[key].map { told(names[key] ?? "?", $0, isGone: false) }
        }
        return present + counts.gone.sorted { $0.key < $1.key }.map { told($0.key, $0.value, isGone: true) }
    }
}
