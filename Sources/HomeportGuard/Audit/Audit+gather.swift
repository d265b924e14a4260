package import HomeportCore
import HomeportNet

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension Audit {
    /// Asks the kernel, in each network namespace that may be looked into, then looks for the programs.
    /// - Parameter unix: Whether unix sockets are looked at as well.
    package static func gather(unix: Bool = false) throws(HomeportError) -> Audit {
        let (namespaces, hidden) = NetworkNamespace.all()
        var (networks, unseen) = ([AuditFacts](), [String]())
        for namespace in namespaces {
            let name = namespace.isOwn ? "host" : namespace.name ?? "net:[\(namespace.id)]"
            do throws(HomeportError) {
                let (facts, isWhole) = try namespace.within { () throws(HomeportError) in
                    let published = published()
                    let facts = AuditFacts(
                        network: name,
                        sockets: try ListenerTable.listeners(udp: true),
                        loopback: if_nametoindex("lo") | if_nametoindex("lo0"),
                        leaks: leaks(),
                        published: published ?? [],
                        unix: unix ? UnixListener.all(looks: namespace.isOwn) ?? [] : []
                    )
                    return (facts, published != nil)
                }
                networks.append(facts)
                if !isWhole { unseen.append("what the rules of \(name) lead on: nft does not tell") }
            } catch {
                if namespace.isOwn { throw error }
                unseen.append(error.what)
            }
        }
        if geteuid() != 0 {
            unseen.append("what rules lead on, as containers' published ports; root sees it")
        } else if SmallFile.text("/proc/net/ip_tables_names")?.split(separator: "\n").contains("nat") == true {
            unseen.append("rules for address translation of iptables-legacy; iptables-legacy -t nat -S shows them")
        }
        if hidden > 0 {
            unseen.append(
                geteuid() == 0
                    ? "the networks of \(hidden) process\(hidden == 1 ? "" : "es"), hidden from root as well"
                    : "networks and sockets of \(hidden) process\(hidden == 1 ? "" : "es") of other users; root sees them"
            )
        }
        let owners = ProcessTable.owners(
            of: networks.flatMap { $0.sockets.map(\.inode) + $0.unix.map(\.inode) },
            .firstOwner
        )
        return Audit(networks, owners: owners, user: { UserNames.name(of: $0) }, unseen: unseen)
    }

    /// What rules lead on, in the network of this thread. They are root's to see, and there are none without nft.
    /// - Returns: Nil where they could not be read.
    @Sendable private static func published() -> [PublishedPort]? {
        guard geteuid() == 0, Tool.path(of: "nft") != nil else { return [] }
        guard let answer = try? Tool.run("nft", ["-j", "list", "ruleset"], from: "nftables", within: 5),
            answer.status == 0, answer.output.utf8.count <= mostRules
        else { return nil }
        return PublishedPorts.read(answer.output)
    }

    /// Bytes of a listing: to read more would take longer than anybody waits.
    private static let mostRules = 8 << 20

    /// Where `route_localnet` is on, in the network of this thread.
    @Sendable private static func leaks() -> [String] {
        let folder = "/proc/sys/net/ipv4/conf"
        return FolderNames.all(in: folder).filter {
            !["lo", "default", ".", ".."].contains($0) && SmallFile.text("\(folder)/\($0)/route_localnet") == "1"
        }.sorted()
    }
}
