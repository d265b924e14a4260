#if os(Linux)
package import HomeportCore
import HomeportNet

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// Tries listeners from outside: from a network namespace of its own beside this machine, with a cable between, and routes by which a
/// neighbour would try to reach the loopback. To connect to one's own address from inside proves nothing: that way leads through `lo`.
package struct OutsideProbe {
    private let name = "homeport-\(getpid())"
    private let near = "hpo\(getpid())"
    private let far = "hpi\(getpid())"
    private let network = UInt32.random(in: 0...0x3FFF)

    /// Where it comes from: a private address, and one of a foreign network (RFC 5737), since rules may tell them apart.
    private static let foreign = "203.0.113"
    private init() {}

    private func host(_ last: UInt32) -> String { "10.213.\(network >> 6).\((network & 63) << 2 | last)" }
    private func host6(_ last: Int) -> String { "fd68:6f6d:6570:\(String(network, radix: 16))::\(last)" }

    /// - Returns: By the places of the audit's listeners: those of this machine's own network.
    /// - Throws: ``HomeportError`` where that cannot be set up: it takes root.
    package static func run(_ audit: Audit) throws(HomeportError) -> [Int: OutsideProof] {
        guard geteuid() == 0 else {
            throw HomeportError(
                .proofDenied,
                "a proof takes root: it makes a network namespace",
                fix: "say sudo before it"
            )
        }
        let probe = OutsideProbe()
        // It lasts some seconds, and leaves nothing behind: who is impatient is heard afterwards.
        let before = [SIGINT, SIGTERM, SIGHUP].map { ($0, signal($0, SIG_IGN)) }
        defer {
            probe.takeAway()
            for (number, handler) in before { signal(number, handler) }
        }
        try probe.setUp()
        var (places, targets) = ([Int](), [ContactTrial.Target]())
        for (index, listener) in audit.listeners.enumerated() where listener.network == "host" {
            for address in probe.addresses(of: listener) {
                guard let transport = SocketRecord.Transport(rawValue: listener.transport.rawValue) else { continue }
                places.append(index)
                targets.append(ContactTrial.Target(transport, SocketName(address, listener.port)))
            }
        }
        let (wanted, outside) = (targets, NetworkNamespace(id: 0, pid: 0, isOwn: false, name: probe.name))
        let outcomes = try outside.within { () throws(HomeportError) in
            probe.openRoutes()
            return [probe.host(2), "\(foreign).2"].map { ContactTrial.run(wanted, from: IPv4($0)) }
        }
        var proofs: [Int: OutsideProof] = [:]
        for all in outcomes {
            for (index, outcome) in zip(places, all) {
                guard let proof = OutsideProof(outcome) else { continue }
                let known = proofs[index]
                // Once reached is reached; and to be refused says more than silence.
                if known == nil || proof == .reached || known == .silent { proofs[index] = proof }
            }
        }
        return proofs
    }

    /// Where a neighbour would look for it. One on `::` mostly answers to IPv4 as well.
    private func addresses(of listener: AuditedListener) -> [IPAddress] {
        let text = listener.address
        let four = IPv4(host(1)).map { IPAddress.v4($0) }
        switch text {
        case "0.0.0.0": return [four].compactMap { $0 }
        case "::": return [IPv6(host6(1)).map { .v6($0) }, four].compactMap { $0 }
        default:
            if let address = IPv4(text) { return [.v4(address)] }
            guard let address = IPv6(text) else { return [] }
            // A link's own addresses are another link's business.
            return address.high >> 54 == 0x3FA ? [] : [IPAddress.v6(address).unmapped]
        }
    }

    // MARK: The cable

    private func setUp() throws(HomeportError) {
        try ip(
            [],
            """
            netns add \(name)
            link add \(near) type veth peer name \(far) netns \(name)
            addr add \(host(1))/30 dev \(near)
            addr add \(Self.foreign).1/30 dev \(near)
            link set \(near) up

            """
        )
        try ip(
            ["-n", name],
            """
            link set lo up
            addr add \(host(2))/30 dev \(far)
            addr add \(Self.foreign).2/30 dev \(far)
            link set \(far) up
            route add default via \(host(1)) dev \(far)
            addr flush dev lo
            route add 127.0.0.0/8 via \(host(1)) dev \(far)

            """
        )
        // Without IPv6, the rest is as true.
        try? ip([], "addr add \(host6(1))/64 dev \(near) nodad\n")
        try? ip(
            ["-n", name],
            """
            addr add \(host6(2))/64 dev \(far) nodad
            route add default via \(host6(1)) dev \(far)
            route add ::1/128 via \(host6(1)) dev \(far)

            """
        )
    }

    private func takeAway() {
        // The cable goes with the namespace, once nobody is in it any more.
        try? ip(["link", "del", near], nil)
        try? ip(["netns", "del", name], nil)
    }

    private func ip(_ words: [String], _ script: String?) throws(HomeportError) {
        let arguments = script == nil ? words : words + ["-batch", "-"]
        let answer = try Tool.run("ip", arguments, input: script ?? "", from: "iproute2")
        guard answer.status == 0 else {
            let line = answer.errors.split(separator: "\n").first.map(String.init) ?? "exit code \(answer.status)"
            throw HomeportError(
                .proofDenied,
                "no network namespace can be set up to try from: \(line.harmless)",
                fix: "containers mostly may not; run it on the machine itself"
            )
        }
    }

    /// The kernel of the neighbour must let such packets out; ours is the one that is tried.
    private func openRoutes() {
        for key in ["ipv4/conf/all/rp_filter", "ipv4/conf/\(far)/rp_filter"] {
            try? WholeWrite.file("/proc/sys/net/\(key)", "0")
        }
        for key in ["ipv4/conf/all/route_localnet", "ipv4/conf/\(far)/route_localnet"] {
            try? WholeWrite.file("/proc/sys/net/\(key)", "1")
        }
    }
}
#endif
