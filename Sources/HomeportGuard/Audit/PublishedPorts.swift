import HomeportCore
package import HomeportNet

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A port that the kernel leads elsewhere before any program sees it (DNAT), as container engines publish theirs: nobody listens, and
/// rules for incoming packets do not see it.
package struct PublishedPort: Sendable, Hashable {
    package var transport: SocketRecord.Transport
    package var ports: ClosedRange<UInt16>
    /// Of this machine, for which it holds; nil for all.
    package var address: String?
    /// `172.17.0.2:80`, `:22`; nil where the rule does not say it in words that are known.
    package var target: String?
}

/// What a network's rules for address translation lead on of what comes from outside, as `nft -j list ruleset` tells it.
struct PublishedPorts {
    /// What a rule asks of a packet, as far as it matters here.
    private struct Match {
        var transports: [SocketRecord.Transport] = [.tcp, .udp]
        var ports: [ClosedRange<UInt16>] = [1...65_535]
        var address: String?
        /// Nothing from outside is meant.
        var isInside = false
    }

    private struct Chain: Hashable {
        var family: String
        var table: String
        var name: String
    }

    private var rules: [Chain: [[JSONValue]]] = [:]
    private var maps: [Chain: [JSONValue]] = [:]
    private var starts: [Chain] = []
    private var found: [PublishedPort] = []
    private var known: Set<PublishedPort> = []
    /// Rules that were looked at: chains may lead to each other in very many ways.
    private var steps = 0
    private static let deepest = 8
    private static let most = 4096
    private static let mostSteps = 100_000

    private var isWhole: Bool { steps <= Self.mostSteps && found.count < Self.most }

    /// - Returns: Nil for what is no such listing, or leads further than anybody follows.
    static func read(_ text: String) -> [PublishedPort]? {
        guard let all = try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)),
            let items = all["nftables"]?.items
        else { return nil }
        var reader = PublishedPorts()
        for item in items { reader.take(item) }
        for start in reader.starts { reader.follow(start, Match(), depth: 0) }
        return reader.isWhole ? reader.found : nil
    }

    private mutating func take(_ item: JSONValue) {
        func name(_ value: JSONValue, _ key: String) -> Chain? {
            guard let family = value["family"]?.word, let table = value["table"]?.word, let name = value[key]?.word
            else {
                return nil
            }
            return Chain(family: family, table: table, name: name)
        }
        if let chain = item["chain"], chain["hook"]?.word == "prerouting", chain["type"]?.word == "nat" {
            if let name = name(chain, "name") { starts.append(name) }
        } else if let rule = item["rule"], let name = name(rule, "chain") {
            rules[name, default: []].append(rule["expr"]?.items ?? [])
        } else if let map = item["map"], let name = name(map, "name") {
            maps[name] = map["elem"]?.items
        }
    }

    private mutating func follow(_ chain: Chain, _ match: Match, depth: Int) {
        guard depth <= Self.deepest else { return }
        for expressions in rules[chain] ?? [] {
            var match = match
            for expression in expressions {
                steps += 1
                guard isWhole else { return }
                if let asked = expression["match"] {
                    narrow(&match, by: asked)
                } else if let target = (expression["jump"] ?? expression["goto"])?["target"]?.word {
                    follow(Chain(family: chain.family, table: chain.table, name: target), match, depth: depth + 1)
                } else if let change = expression["dnat"] ?? expression["redirect"] {
                    add(match, change, in: chain)
                } else if let other = expression["xt"], ["DNAT", "REDIRECT"].contains(other["name"]?.word) {
                    add(match, nil, in: chain)
                }
            }
        }
    }

    private func narrow(_ match: inout Match, by asked: JSONValue) {
        guard asked["op"]?.word == "==" || asked["op"]?.word == "in" else { return }
        let right = asked["right"]
        if let payload = asked["left"]?["payload"] {
            switch payload["field"]?.word {
            case "dport":
                match.ports = right?.ports ?? match.ports
                if let one = payload["protocol"]?.word.flatMap(SocketRecord.Transport.init) { match.transports = [one] }
            case "daddr":
                match.address = right?.word
                if right?.isLoopback == true { match.isInside = true }
            default: break
            }
        } else if let meta = asked["left"]?["meta"]?["key"]?.word {
            if meta == "l4proto", let one = right?.word.flatMap(SocketRecord.Transport.init) {
                match.transports = [one]
            }
            if ["iifname", "iif"].contains(meta), right?.word == "lo" { match.isInside = true }
        }
    }

    private mutating func add(_ match: Match, _ change: JSONValue?, in chain: Chain) {
        guard !match.isInside else { return }
        var (ports, target) = (match.ports, Self.target(change))
        if let name = change?["addr"]?["map"]?["data"]?.word, name.hasPrefix("@") {
            let map = Chain(family: chain.family, table: chain.table, name: String(name.dropFirst()))
            let keys = (maps[map] ?? []).compactMap { $0.items?.first?.port }
            (ports, target) = (keys.map { $0...$0 }, nil)
        }
        for transport in match.transports {
            for range in ports {
                let port = PublishedPort(transport: transport, ports: range, address: match.address, target: target)
                guard isWhole else { return }
                if known.insert(port).inserted { found.append(port) }
            }
        }
    }

    private static func target(_ change: JSONValue?) -> String? {
        let port = change?["port"]?.port.map { ":\($0)" } ?? ""
        let address = change?["addr"]?.word.map { $0.contains(":") ? "[\($0)]" : $0 } ?? ""
        return address.isEmpty && port.isEmpty ? nil : address + port
    }
}

extension JSONValue {
    fileprivate subscript(_ key: String) -> JSONValue? {
        if case .object(let keys) = self { keys[key] } else { nil }
    }

    fileprivate var items: [JSONValue]? { if case .list(let items) = self { items } else { nil } }
    fileprivate var word: String? { if case .text(let text) = self { text } else { nil } }
    fileprivate var port: UInt16? { if case .integer(let number) = self { UInt16(exactly: number) } else { nil } }

    /// One, a range, or a set of those.
    fileprivate var ports: [ClosedRange<UInt16>]? {
        if let port { return [port...port] }
        if let ends = self["range"]?.items?.compactMap(\.port), ends.count == 2, ends[0] <= ends[1] {
            return [ends[0]...ends[1]]
        }
        return self["set"]?.items?.flatMap { $0.ports ?? [] }
    }

    fileprivate var isLoopback: Bool {
        let text = word ?? self["prefix"]?["addr"]?.word ?? ""
        return text == "::1" || text.hasPrefix("127.")
    }
}
