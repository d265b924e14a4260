package import HomeportCore
import HomeportNet

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The system's firewall, as far as it is ours: one table of nftables, put there whole, looked at, and taken away.
package enum Firewall {
    /// What the table says of itself.
    package struct State: Sendable, Codable, Equatable {
        package struct Counter: Sendable, Codable, Equatable {
            package var name: String
            package var packets: UInt64
            package var bytes: UInt64
        }

        /// `62893, 63000-63010`, as the table has them.
        package var ports: [String]
        /// Nil where everyone may connect on the loopback.
        package var owners: [UInt32]?
        package var counters: [Counter]
    }

    /// Puts the plan in the place of what is there. In one transaction: there is no moment without.
    /// - Parameter isTrial: Whether the kernel is only asked if it would take it.
    package static func apply(_ plan: FirewallPlan, isTrial: Bool = false) throws(HomeportError) {
        try run((isTrial ? ["-c"] : []) + ["-f", "-"], FirewallRules.nftables(plan))
    }

    /// Whether there was one.
    @discardableResult
    package static func remove() throws(HomeportError) -> Bool {
        let answer = try Tool.run("nft", ["list", "table", "inet", FirewallRules.table], from: "nftables")
        guard answer.status == 0 else {
            if isAbsent(answer) { return false }
            throw failure(answer)
        }
        try run(["-f", "-"], FirewallRules.nftablesRemoval)
        return true
    }

    /// - Returns: Nil where there is none.
    package static func state() throws(HomeportError) -> State? {
        let answer = try Tool.run("nft", ["-j", "list", "table", "inet", FirewallRules.table], from: "nftables")
        guard answer.status == 0 else {
            if isAbsent(answer) { return nil }
            throw failure(answer)
        }
        guard let listing = try? JSONDecoder().decode(Listing.self, from: Data(answer.output.utf8)) else {
            throw HomeportError(
                .firewallBroken,
                "what nft says of the table cannot be read",
                fix: "nft list table inet homeport shows it"
            )
        }
        return listing.state
    }

    /// The table as nft shows it, without what it has counted: for who wants to know if it is still the same.
    /// - Returns: Nil where there is none.
    package static func listing() throws(HomeportError) -> String? {
        let answer = try Tool.run("nft", ["-s", "list", "table", "inet", FirewallRules.table], from: "nftables")
        guard answer.status == 0 else {
            if isAbsent(answer) { return nil }
            throw failure(answer)
        }
        return answer.output
    }

    private static func isAbsent(_ answer: Tool.Answer) -> Bool { answer.errors.contains("No such file") }

    private static func run(_ arguments: [String], _ script: String) throws(HomeportError) {
        let answer = try Tool.run("nft", arguments, input: script, from: "nftables")
        guard answer.status == 0 else { throw failure(answer) }
    }

    private static func failure(_ answer: Tool.Answer) -> HomeportError {
        if answer.errors.contains("Operation not permitted") || UserNames.own != 0 {
            return HomeportError(.firewallDenied, "the firewall is root's", fix: "say sudo before it")
        }
        let line = answer.errors.split(separator: "\n").first.map(String.init) ?? "exit code \(answer.status)"
        return HomeportError(
            .firewallBroken,
            "nft refuses the rules: \(line.harmless)",
            fix: "nft --version tells which it is; 1.0 or later is known to work"
        )
    }

    /// The part of `nft -j` that is ours.
    private struct Listing: Decodable {
        struct Item: Decodable {
            struct Elements: Decodable {
                var name: String
                var elem: [Element]?
            }

            struct Named: Decodable {
                var name: String
                var packets: UInt64
                var bytes: UInt64
            }

            var set: Elements?
            var counter: Named?
            var rule: Rule?
        }

        enum Element: Decodable {
            case one(UInt16)
            case range(UInt16, UInt16)

            private enum Key: String, CodingKey {
                case range
            }

            init(from decoder: any Decoder) throws {
                if let keys = try? decoder.container(keyedBy: Key.self) {
                    let ends = try keys.decode([UInt16].self, forKey: .range)
                    self = .range(ends.first ?? 0, ends.last ?? 0)
                } else {
                    self = .one(try decoder.singleValueContainer().decode(UInt16.self))
                }
            }

            var text: String {
                switch self {
                case .one(let port): "\(port)"
                case .range(let first, let last): "\(first)-\(last)"
                }
            }
        }

        /// Only the users of the one that has them.
        struct Rule: Decodable {
            var users: [UInt32]?

            private enum Key: String, CodingKey {
                case expr
            }

            private struct Expression: Decodable {
                struct Match: Decodable {
                    struct Left: Decodable {
                        struct Meta: Decodable {
                            var key: String
                        }

                        var meta: Meta?
                    }

                    struct Right: Decodable {
                        var users: [UInt32] = []

                        private struct Many: Decodable {
                            var set: [UInt32]
                        }

                        init(from decoder: any Decoder) throws {
                            if let many = try? decoder.singleValueContainer().decode(Many.self) {
                                users = many.set
                            } else if let one = try? decoder.singleValueContainer().decode(UInt32.self) {
                                users = [one]
                            }
                        }
                    }

                    var left: Left?
                    var right: Right?
                }

                var match: Match?
            }

            init(from decoder: any Decoder) throws {
                let expressions = try? decoder.container(keyedBy: Key.self).decode([Expression].self, forKey: .expr)
                users = expressions?.compactMap(\.match).first { $0.left?.meta?.key == "skuid" }?.right?.users
            }
        }

        var nftables: [Item]

        var state: State {
            State(
                ports: nftables.compactMap(\.set).first { $0.name == "guarded" }?.elem?.map(\.text) ?? [],
                owners: nftables.lazy.compactMap(\.rule?.users).first,
                counters: nftables.compactMap(\.counter).map {
                    State.Counter(name: $0.name, packets: $0.packets, bytes: $0.bytes)
                }
            )
        }
    }
}

extension HomeportError.Code {
    /// The firewall may only be changed, or looked at, by root.
    package static let firewallDenied = Self("firewall.denied", .world)
    /// The system's firewall does not take the rules.
    package static let firewallBroken = Self("firewall.broken", .world)
}
