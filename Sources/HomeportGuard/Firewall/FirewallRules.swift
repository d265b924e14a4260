/// A firewall plan in the language of the system's own.
package enum FirewallRules {
    /// Our table: nothing else is ever touched.
    package static let table = "homeport"

    /// For `nft -f`: one transaction, in which the table that may be there gives way to the new one.
    ///
    /// A drop is final in whichever chain it stands, an accept is not: this can only narrow what other tables allow. All stands before
    /// what changes addresses (`dstnat`, priority -100), so that ports which containers publish are kept as well.
    package static func nftables(_ plan: FirewallPlan) -> String {
        """
        table inet \(table)
        delete table inet \(table)
        table inet \(table) {
        \tset guarded {
        \t\ttype inet_service
        \t\tflags interval
        \t\tauto-merge
        \t\telements = { \(plan.text) }
        \t}
        \tcounter from_outside { }
        \tcounter by_others { }
        \tcounter to_loopback { }
        \tchain before {
        \t\ttype filter hook prerouting priority -310; policy accept;
        \t\tiifname != "lo" ip saddr 127.0.0.0/8 counter name to_loopback drop
        \t\tiifname != "lo" ip daddr 127.0.0.0/8 counter name to_loopback drop
        \t\tiifname != "lo" ip6 saddr ::1 counter name to_loopback drop
        \t\tiifname != "lo" ip6 daddr ::1 counter name to_loopback drop
        \t}
        \tchain arriving {
        \t\ttype filter hook prerouting priority -150; policy accept;
        \t\tiifname != "lo" fib daddr type { local, broadcast, multicast } meta l4proto { tcp, udp } th dport @guarded ct state new counter name from_outside drop
        \t}
        \(owners(plan))}

        """
    }

    private static func owners(_ plan: FirewallPlan) -> String {
        guard let owners = plan.owners else { return "" }
        let list = owners.sorted().map(String.init).joined(separator: ", ")
        return """
            \tchain leaving {
            \t\ttype filter hook output priority -10; policy accept;
            \t\toif "lo" tcp dport @guarded ct state new meta skuid != { \(list) } counter name by_others reject with tcp reset
            \t}

            """
    }

    package static let nftablesRemoval = "table inet \(table)\ndelete table inet \(table)\n"

    /// For macOS's `pfctl -a homeport -f`. It cannot tell users apart by whom they connect to, nor was it tried by us.
    package static func pf(_ plan: FirewallPlan) -> String {
        let ports = plan.ports.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound):\($0.upperBound)" }
        return """
            block in quick on ! lo0 inet from any to 127.0.0.0/8
            block in quick on ! lo0 inet6 from any to ::1
            block in quick on ! lo0 proto { tcp, udp } from any to self port { \(ports.joined(separator: ", ")) }

            """
    }
}
