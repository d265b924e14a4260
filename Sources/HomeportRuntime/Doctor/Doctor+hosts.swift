import HomeportNet

extension Doctor {
    /// More are not asked for: each may take as long as a name server does not answer.
    private static let mostHosts = 64

    static func checkHosts(_ hosts: [String]) async -> Finding? {
        let asked = hosts.prefix(mostHosts)
        guard !asked.isEmpty else { return nil }
        let answers = await withTaskGroup { group in
            for host in asked {
                group.addTask { (host, await NameLookup.resolve(host, within: .seconds(2))) }
            }
            return await group.reduce(into: [String: NameLookup.Answer]()) { $0[$1.0] = $1.1 }
        }
        return judge(asked.map { ($0, answers[$0] ?? .late) })
    }

    /// What programs that ask the system find at the names of services (`getaddrinfo`).
    static func judge(_ answers: [(host: String, answer: NameLookup.Answer)]) -> Finding {
        let title = "names of services"
        var (good, lost, astray) = ([String](), [String](), [String]())
        for (host, answer) in answers {
            switch answer {
            case .addresses(let found) where found.allSatisfy(\.isLoopback): good.append(host)
            case .addresses(let found):
                astray.append("\(host) (\(found.map(\.description).inWords))")
            case .failed, .late: lost.append(host)
            }
        }
        guard astray.isEmpty else {
            return Finding(
                "hosts",
                title,
                .failure,
                "the system says that these lead away from this machine: \(astray.inWords)",
                fix: "correct /etc/hosts, or use a name server that does not answer for localhost"
            )
        }
        guard lost.isEmpty else {
            return Finding(
                "hosts",
                title,
                .warning,
                "the system knows no address for \(lost.inWords): browsers and curl open them all the same; Node, Deno, Bun, "
                    + "Python, Java and others that ask the system do not",
                fix:
                    "set http_proxy=http://127.0.0.1:62893 for them, which reaches http://NAME.localhost of every service; "
                    + "or give them the addresses that homeport status shows"
            )
        }
        return Finding("hosts", title, .ok, "the system knows \(good.inWords)")
    }
}
