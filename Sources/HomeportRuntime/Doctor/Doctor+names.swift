import HomeportNet

extension Doctor {
    private static let patience = Duration.seconds(2)

    static func checkNames() async -> Finding {
        async let plain = NameLookup.resolve("localhost", within: patience)
        async let below = NameLookup.resolve("web.localhost", within: patience)
        return await names(localhost: plain, below: below)
    }

    /// Browsers and curl hard-wire `*.localhost` to the loopbacks (RFC 6761 lets them). Most other programs ask the
    /// system, and whether the system knows depends on its name service: systemd-resolved and nss-myhostname do, plain
    /// glibc and musl do not.
    static func names(localhost: NameLookup.Answer, below: NameLookup.Answer) -> Finding {
        let title = "localhost names"
        let others = "Node, Deno, Bun, Python, Java and other programs that ask the system"
        if let strangers = strangers(localhost, below) {
            return Finding(
                "names",
                title,
                .failure,
                "a localhost name leads away from this machine, to \(strangers): \(others) would send requests there",
                fix: "correct /etc/hosts, or use a name server that does not answer for localhost"
            )
        }
        switch (localhost, below) {
        case (.late, _), (_, .late):
            return Finding(
                "names",
                title,
                .warning,
                "the system gave no answer within 2 s for \(localhost == .late ? "localhost" : "web.localhost"): "
                    + "\(others) will hang for as long; browsers and curl will not",
                fix: "look at the name servers in /etc/resolv.conf, or use http://127.0.0.1 addresses"
            )
        case (.failed(let why), _):
            return Finding(
                "names",
                title,
                .warning,
                "localhost does not resolve (\(why))",
                fix: "put 127.0.0.1 localhost and ::1 localhost in /etc/hosts"
            )
        case (.addresses(let plain), .failed(let why)):
            return Finding(
                "names",
                title,
                .warning,
                "localhost is \(plain.map(\.description).inWords), but NAME.localhost does not resolve (\(why)): "
                    + "browsers and curl open it all the same, \(others) will not",
                fix:
                    "install libnss-myhostname or use systemd-resolved; or give them http://127.0.0.1 addresses"
            )
        case (.addresses(let plain), .addresses(let below)):
            let all = Set(plain + below).count == 1 ? plain : below
            return Finding("names", title, .ok, "localhost and NAME.localhost are \(all.map(\.description).inWords)")
        }
    }

    private static func strangers(_ answers: NameLookup.Answer...) -> String? {
        let addresses = answers.flatMap { answer -> [IPAddress] in
            if case .addresses(let found) = answer { found } else { [] }
        }
        let strangers = addresses.filter { !$0.isLoopback }
        return strangers.isEmpty ? nil : strangers.map(\.description).inWords
    }
}
