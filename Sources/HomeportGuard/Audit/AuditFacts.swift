package import HomeportNet

/// What the kernel tells of one network namespace.
package struct AuditFacts: Sendable {
    /// `host`, or its name.
    package var network: String
    package var sockets: [SocketRecord]
    /// Index of the loopback interface; 0 where it is not known.
    package var loopback: UInt32
    /// Interfaces on which `route_localnet` lets 127/8 in.
    package var leaks: [String]
    /// What its rules lead on.
    package var published: [PublishedPort]
    /// Empty where they were not asked for.
    package var unix: [UnixListener]

    package init(
        network: String,
        sockets: [SocketRecord],
        loopback: UInt32 = 1,
        leaks: [String] = [],
        published: [PublishedPort] = [],
        unix: [UnixListener] = []
    ) {
        (self.network, self.sockets, self.loopback, self.leaks) = (network, sockets, loopback, leaks)
        (self.published, self.unix) = (published, unix)
    }
}
