package import HomeportCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension PortListing {
    /// Asks the kernel, then looks for the programs.
    package static func gather(udp: Bool = false) throws(HomeportError) -> PortListing {
        let sockets = try ListenerTable.listeners(udp: udp)
        let owners = ProcessTable.owners(of: sockets.lazy.map(\.inode), .firstOwner)
        let loopback = if_nametoindex("lo") | if_nametoindex("lo0")
        var listing = PortListing(
            sockets.map { PortHolder($0, owners[$0.inode] ?? []) },
            loopbackInterface: loopback
        )
        var users = UserNames()
        for index in listing.entries.indices { listing.entries[index].user = users[listing.entries[index].uid] }
        return listing
    }
}
