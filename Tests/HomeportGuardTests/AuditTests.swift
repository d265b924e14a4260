import HomeportCore
import HomeportNet
import Testing

@testable import HomeportGuard

/// What is thought of listeners, by what the kernel tells.
struct AuditTests {
    private static func socket(
        _ address: String,
        _ port: UInt16,
        inode: UInt32 = 1,
        uid: UInt32 = 1000,
        interface: UInt32 = 0,
        transport: SocketRecord.Transport = .tcp
    ) throws -> SocketRecord {
        let place: IPAddress =
            if let v4 = IPv4(address) { .v4(v4) } else { .v6(try #require(IPv6(address))) }
        return SocketRecord(
            transport: transport,
            state: transport == .tcp ? .listen : .closed,
            local: SocketName(place, port),
            inode: inode,
            uid: uid,
            interface: interface
        )
    }

    private static func process(_ command: String) -> [RunningProcess] {
        [RunningProcess(pid: 7, command: command, uid: 1000)]
    }

    private static func audit(
        _ sockets: [SocketRecord],
        leaks: [String] = [],
        owners: [UInt32: [RunningProcess]] = [:]
    ) -> Audit {
        Audit([AuditFacts(network: "host", sockets: sockets, loopback: 1, leaks: leaks)], owners: owners)
    }

    @Test(
        arguments: [
            ("127.0.0.1", 50_000, "loopback", []), ("::1", 50_000, "loopback", []),
            ("0.0.0.0", 50_000, "everything", ["wildcard-dynamic high"]),
            ("::", 50_000, "everything", ["wildcard-dynamic high"]), ("0.0.0.0", 80, "everything", ["wildcard medium"]),
            ("192.168.1.5", 50_000, "one-address", ["one-address medium"]),
            ("192.168.1.5", 80, "one-address", ["one-address low"]),
            ("::ffff:127.0.0.1", 50_000, "loopback", []), ("fe80::1", 80, "one-address", ["one-address low"]),
        ] as [(String, UInt16, String, [String])]
    )
    func oneByItself(address: String, port: UInt16, exposure: String, findings: [String]) throws {
        let listener = try #require(Self.audit([try Self.socket(address, port)]).listeners.first)
        #expect(listener.exposure.rawValue == exposure)
        #expect(listener.findings.map { "\($0.code.rawValue) \($0.severity.rawValue)" } == findings)
        #expect(listener.findings.allSatisfy { !$0.fix.isEmpty && !$0.text.isEmpty })
    }

    @Test func unixSocketsAreJudgedByWhoMayConnect() throws {
        let sockets = [
            UnixListener(name: "@x", inode: 1), UnixListener(name: "@y", inode: 2),
            UnixListener(name: "/run/a", inode: 3, uid: 7, reach: .everyone),
            UnixListener(name: "/run/b", inode: 4, uid: 7, reach: .group),
        ]
        let facts = AuditFacts(network: "host", sockets: [], unix: sockets)
        let audit = Audit([facts], owners: [2: Self.process("app")])
        #expect(audit.listeners.map(\.address) == ["/run/a", "/run/b", "@y"])
        #expect(audit.listeners.map { $0.findings.map(\.code) } == [[.unixOpen], [], [.unixOpen]])
        #expect(audit.listeners.allSatisfy { $0.exposure == .unix && $0.transport == .unix } && audit.worst == .low)
        #expect(audit.listeners.map(\.uid) == [7, 7, 1000])
    }

    /// As nft lists rules of its own, and those that iptables has made.
    private static let rules = """
        {"nftables": [{"metainfo": {"version": "1.0.6"}}, {"table": {"family": "ip", "name": "nat"}},
        {"chain": {"family": "ip", "table": "nat", "name": "DOCKER"}},
        {"chain": {"family": "ip", "table": "nat", "name": "PREROUTING", "type": "nat", "hook": "prerouting", "prio": -100}},
        {"chain": {"family": "ip", "table": "nat", "name": "OUTPUT", "type": "nat", "hook": "output", "prio": -100}},
        {"chain": {"family": "ip", "table": "nat", "name": "ALONE"}},
        {"rule": {"family": "ip", "table": "nat", "chain": "PREROUTING", "expr": [{"xt": {"type": "match", "name": "addrtype"}}, {"jump": {"target": "DOCKER"}}]}},
        {"rule": {"family": "ip", "table": "nat", "chain": "OUTPUT", "expr": [{"jump": {"target": "ALONE"}}]}},
        {"rule": {"family": "ip", "table": "nat", "chain": "ALONE", "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 1}}, {"dnat": {"addr": "10.0.0.1"}}]}},
        {"rule": {"family": "ip", "table": "nat", "chain": "DOCKER", "expr": [{"match": {"op": "!=", "left": {"meta": {"key": "iifname"}}, "right": "docker0"}},
          {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 8080}}, {"counter": {"packets": 0, "bytes": 0}}, {"xt": {"type": "target", "name": "DNAT"}}]}},
        {"rule": {"family": "ip", "table": "nat", "chain": "DOCKER", "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "daddr"}}, "right": "127.0.0.1"}},
          {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 8081}}, {"dnat": {"addr": "10.0.0.2", "port": 81}}]}},
        {"rule": {"family": "ip", "table": "nat", "chain": "PREROUTING", "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "daddr"}}, "right": "192.0.2.1"}},
          {"match": {"op": "==", "left": {"payload": {"protocol": "udp", "field": "dport"}}, "right": {"set": [53, {"range": [5353, 5354]}]}}}, {"dnat": {"addr": "10.0.0.3", "port": 53}}]}},
        {"rule": {"family": "ip", "table": "nat", "chain": "PREROUTING", "expr": [{"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "lo"}}, {"redirect": {"port": 9}}]}},
        {"map": {"family": "ip", "name": "m", "table": "nat", "type": "inet_service", "map": "ipv4_addr . inet_service", "elem": [[99, {"concat": ["1.2.3.4", 80]}]]}},
        {"rule": {"family": "ip", "table": "nat", "chain": "PREROUTING", "expr": [{"match": {"op": "==", "left": {"meta": {"key": "l4proto"}}, "right": "tcp"}},
          {"dnat": {"family": "ip", "addr": {"map": {"key": {"payload": {"protocol": "tcp", "field": "dport"}}, "data": "@m"}}}}]}},
        {"rule": {"family": "ip", "table": "nat", "chain": "DOCKER", "expr": [{"jump": {"target": "PREROUTING"}}]}}
        ]}
        """

    @Test func whatTheKernelLeadsOnIsFound() throws {
        let found = try #require(PublishedPorts.read(Self.rules))
        #expect(
            found == [
                PublishedPort(transport: .tcp, ports: 8080...8080),
                PublishedPort(transport: .udp, ports: 53...53, address: "192.0.2.1", target: "10.0.0.3:53"),
                PublishedPort(transport: .udp, ports: 5353...5354, address: "192.0.2.1", target: "10.0.0.3:53"),
                PublishedPort(transport: .tcp, ports: 99...99),
            ]
        )
        let audit = Audit([AuditFacts(network: "host", sockets: [], published: found)], owners: [:])
        #expect(audit.listeners.map(\.port) == [8080, 53, 5353, 99])
        #expect(audit.listeners.allSatisfy { $0.exposure == .forwarded } && audit.worst == .medium)
        #expect(audit.listeners[1].leadsTo == "10.0.0.3:53")
        #expect(PublishedPorts.read("{}") == nil && PublishedPorts.read("no") == nil)
    }

    /// Chains that lead to each other in twelve to the eighth ways, and one rule for very many ports.
    @Test func rulesThatLeadRoundAreNotFollowedForEver() {
        func rule(_ chain: String, _ expressions: [String]) -> String {
            "{\"rule\": {\"family\": \"ip\", \"table\": \"t\", \"chain\": \"\(chain)\", \"expr\": [\(expressions.joined(separator: ","))]}}"
        }
        let start =
            "{\"chain\": {\"family\": \"ip\", \"table\": \"t\", \"name\": \"c0\", \"type\": \"nat\", \"hook\": \"prerouting\"}}"
        let jumps = (0..<10).flatMap { chain in
            (0..<12).map { _ in rule("c\(chain)", ["{\"jump\": {\"target\": \"c\(chain + 1)\"}}"]) }
        }
        #expect(PublishedPorts.read("{\"nftables\": [\(([start] + jumps).joined(separator: ","))]}") == nil)
        let ports = stride(from: 1, to: 65_535, by: 2).map(String.init).joined(separator: ",")
        let many = rule(
            "c0",
            [
                "{\"match\": {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"tcp\", \"field\": \"dport\"}}, \"right\": {\"set\": [\(ports)]}}}",
                "{\"dnat\": {\"addr\": \"10.0.0.1\"}}",
            ]
        )
        #expect(PublishedPorts.read("{\"nftables\": [\(start), \(many)]}") == nil)
    }

    @Test func aWildcardThatIsBoundToTheLoopbackStaysInside() throws {
        let listener = try #require(Self.audit([try Self.socket("0.0.0.0", 50_000, interface: 1)]).listeners.first)
        #expect(listener.exposure == .loopback && listener.findings.isEmpty)
    }

    @Test func aLoopbackThatIsRoutedLeaks() throws {
        let sockets = [try Self.socket("127.0.0.1", 50_000), try Self.socket("::1", 50_000, inode: 2)]
        let audit = Self.audit(sockets, leaks: ["all", "eth0"])
        #expect(audit.listeners.map(\.exposure) == [.leakyLoopback, .loopback])
        #expect(audit.listeners[0].findings.map(\.code) == [.leakyLoopback] && audit.worst == .high)
        #expect(audit.listeners[0].findings[0].text.contains("all, eth0"))
    }

    @Test func theOtherFamilyOfAnotherUserIsAFinding() throws {
        let both = [try Self.socket("127.0.0.1", 3000), try Self.socket("::1", 3000, inode: 2, uid: 1001)]
        #expect(Self.audit(both).listeners.map { $0.findings.map(\.code) } == [[.familySplit], [.familySplit]])
        let own = [try Self.socket("127.0.0.1", 3000), try Self.socket("::1", 3000, inode: 2)]
        #expect(Self.audit(own).listeners.allSatisfy { $0.findings.isEmpty })
        let others = [try Self.socket("127.0.0.1", 3000), try Self.socket("::1", 3001, inode: 2, uid: 1001)]
        #expect(Self.audit(others).listeners.allSatisfy { $0.findings.isEmpty })
    }

    @Test func socketsThatShareAPortAreAFinding() throws {
        let sockets = [try Self.socket("127.0.0.1", 3000), try Self.socket("127.0.0.1", 3000, inode: 2)]
        let owners: [UInt32: [RunningProcess]] = [1: Self.process("nginx"), 2: Self.process("nginx")]
        #expect(Self.audit(sockets, owners: owners).listeners[0].findings.map(\.severity) == [.low])
        let mixed: [UInt32: [RunningProcess]] = [1: Self.process("nginx"), 2: Self.process("evil")]
        #expect(Self.audit(sockets, owners: mixed).listeners[0].findings.map(\.code) == [.shared])
        #expect(Self.audit(sockets, owners: mixed).listeners[0].findings.map(\.severity) == [.medium])
    }

    @Test func whoForwardsIsSaid() throws {
        let audit = Self.audit([try Self.socket("0.0.0.0", 8080)], owners: [1: Self.process("docker-proxy")])
        #expect(audit.listeners[0].exposure == .forwarded && audit.listeners[0].findings.map(\.code) == [.forwarder])
    }

    @Test func whatIsNewIsToldFromWhatWasThere() throws {
        let owners: [UInt32: [RunningProcess]] = [1: Self.process("a"), 2: Self.process("b")]
        let before = Self.audit([try Self.socket("127.0.0.1", 3000)], owners: owners)
        let same = Self.audit(
            [try Self.socket("127.0.0.1", 3000, inode: 1)],
            owners: [1: [RunningProcess(pid: 99, command: "a", uid: 1000)]]
        )
        #expect(same.news(since: before).isEmpty && same.gone(since: before).isEmpty)
        let more = Self.audit(
            [try Self.socket("127.0.0.1", 3000), try Self.socket("127.0.0.1", 3001, inode: 2)],
            owners: owners
        )
        #expect(more.news(since: before).map(\.port) == [3001])
        #expect(before.gone(since: more).map(\.port) == [3001])
        // The same, from further away.
        let leaky = Self.audit([try Self.socket("127.0.0.1", 3000)], leaks: ["all"], owners: owners)
        #expect(leaky.news(since: before).map(\.port) == [3000])
    }

    @Test func aProofGoesBeforeWhatAddressesSay() throws {
        let sockets = [
            try Self.socket("127.0.0.1", 50_000), try Self.socket("0.0.0.0", 50_001, inode: 2),
            try Self.socket("0.0.0.0", 50_002, inode: 3, transport: .udp),
        ]
        let audit = Self.audit(sockets)
        let kept = audit.proven([0: .silent, 1: .silent, 2: .silent])
        // Silence of UDP says nothing.
        #expect(kept.listeners.map(\.severity) == [nil, .low, .high])
        #expect(kept.listeners[1].findings[0].text.contains("tried from outside"))
        let open = audit.proven([0: .reached, 1: .reached, 2: .refused])
        #expect(open.listeners.map(\.severity) == [.high, .high, .low])
        #expect(open.listeners[0].findings.map(\.code) == [.leakyLoopback])
    }

    @Test(arguments: [
        ("3000", "3000"), ("49152-65535", "49152-65535"), ("3001,3000,3002-3004,80", "80, 3000-3004"),
        ("1-5,3-9,10", "1-10"),
        ("65535,1", "1, 65535"),
    ])
    func portsOfTheFirewall(text: String, merged: String) throws {
        #expect(FirewallPlan(try FirewallPlan.ports(parsing: text)).text == merged)
    }

    @Test(arguments: ["", "a", "0", "65536", "5-", "-5", "5-1", "1-2-3", "3000,", "3000;drop", "3000 }"])
    func whatIsNoPortsIsRefused(text: String) {
        #expect(throws: HomeportError.self) { try FirewallPlan.ports(parsing: text) }
    }

    @Test func rulesAreATableOfTheirOwn() throws {
        let rules = FirewallRules.nftables(FirewallPlan([3000...3000], owners: [1001, 0]))
        #expect(rules.hasPrefix("table inet homeport\ndelete table inet homeport\ntable inet homeport {\n"))
        #expect(rules.contains("skuid != { 0, 1001 }") && rules.contains("elements = { 3000 }"))
        #expect(!FirewallRules.nftables(FirewallPlan([3000...3000])).contains("skuid"))
        #expect(!rules.contains("flush"))
    }
}
