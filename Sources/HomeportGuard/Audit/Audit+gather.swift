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
    package static func gather() throws(HomeportError) -> Audit {
        let (namespaces, hidden) = NetworkNamespace.all()
        var (networks, unseen) = ([AuditFacts](), [String]())
        for namespace in namespaces {
            let name = namespace.isOwn ? "host" : namespace.name ?? "net:[\(namespace.id)]"
            do throws(HomeportError) {
                networks.append(
                    try namespace.within { () throws(HomeportError) in
                        AuditFacts(
                            network: name,
                            sockets: try ListenerTable.listeners(udp: true),
                            loopback: if_nametoindex("lo") | if_nametoindex("lo0"),
                            leaks: leaks()
                        )
                    }
                )
            } catch {
                if namespace.isOwn { throw error }
                unseen.append(error.what)
            }
        }
        if hidden > 0 {
            unseen.append(
                geteuid() == 0
                    ? "\(hidden) processes hide their networks, from root as well"
                    : "\(hidden) processes of other users hide their networks and sockets; root sees them"
            )
        }
        let owners = ProcessTable.owners(of: networks.flatMap { $0.sockets.map(\.inode) }, .firstOwner)
        return Audit(networks, owners: owners, user: { UserNames.name(of: $0) }, unseen: unseen)
    }

    /// Where `route_localnet` is on, in the network of this thread.
    @Sendable private static func leaks() -> [String] {
        let folder = "/proc/sys/net/ipv4/conf"
        return FolderNames.all(in: folder).filter {
            !["lo", "default", ".", ".."].contains($0) && SmallFile.text("\(folder)/\($0)/route_localnet") == "1"
        }.sorted()
    }
}
