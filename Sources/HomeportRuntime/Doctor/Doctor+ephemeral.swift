import HomeportCore
import HomeportNet

extension Doctor {
    static func checkEphemeralRange() -> Finding { ephemeralRange(.current) }

    /// Where the kernel may give 62893 to any outgoing connection, the door finds its port taken once in a while, by a
    /// program that listens nowhere: the kind of failure that nobody can repeat.
    static func ephemeralRange(_ rules: PortRules) -> Finding {
        let title = "source ports"
        let range = "\(rules.ephemeral.lowerBound)-\(rules.ephemeral.upperBound)"
        let facts = "outgoing connections get \(range)"
        if rules.isEphemeral(.homeport) {
            let list = (rules.reserved.map(text) + ["62893"]).joined(separator: ",")
            return Finding(
                "ephemeral",
                title,
                .warning,
                "\(facts), which includes 62893: a connection may hold it when Homeport wants to listen",
                fix: "keep it out with sudo sysctl -w net.ipv4.ip_local_reserved_ports=\(list)"
            )
        }
        let pool = PortPool.preferred
        if rules.ephemeral.overlaps(pool) {
            return Finding(
                "ephemeral",
                title,
                .note,
                "\(facts), which reaches into \(text(pool)), from which Homeport gives out ports: "
                    + "it uses what is outside, then \(text(PortPool.second))"
            )
        }
        return Finding("ephemeral", title, .ok, "\(facts), away from 62893 and from \(text(pool))")
    }

    private static func text(_ range: ClosedRange<UInt16>) -> String {
        range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
    }
}
