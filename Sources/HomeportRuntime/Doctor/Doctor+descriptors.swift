import HomeportNet

extension Doctor {
    static func checkDescriptors() -> Finding {
        descriptors(soft: ConnectionLimit.descriptors, hard: ConnectionLimit.mostDescriptors)
    }

    /// A connection through the door takes two descriptors, and a program that runs out of them stops accepting without a
    /// word. Homeport raises its own limit as far as it may; what it is tested with mostly does not.
    static func descriptors(soft: Int, hard: Int) -> Finding {
        let title = "open files"
        let enough = 4096
        let most = hard > 1 << 40 ? "as many as it asks for" : "\(hard) if it asks"
        let facts = "a program may have \(soft) files and sockets open, \(most)"
        if hard < enough {
            return Finding(
                "descriptors",
                title,
                .warning,
                "\(facts): about \(hard / 2) connections through Homeport at a time",
                fix: "raise nofile in /etc/security/limits.conf"
            )
        }
        if soft < enough {
            return Finding(
                "descriptors",
                title,
                .note,
                "\(facts): Homeport asks; a load generator or server that does not stops near \(soft) connections",
                fix: "raise it for them in the shell with ulimit -n \(min(hard, 65536))"
            )
        }
        return Finding("descriptors", title, .ok, facts)
    }
}
