/// What is wrong with a listener, or may be, and what to do.
package struct AuditFinding: Sendable, Hashable, Codable {
    package enum Severity: String, Sendable, Hashable, Codable, CaseIterable {
        /// Somebody can get at what was not meant for him.
        case high
        /// It is open, and may be meant to be.
        case medium
        /// Worth knowing.
        case low
    }

    package enum Code: String, Sendable, Hashable, Codable, CaseIterable {
        /// Open to every network, in the range where only private programs live.
        case wildcardDynamic = "wildcard-dynamic"
        /// Open to every network.
        case wildcard
        /// Open to the networks of one interface.
        case oneAddress = "one-address"
        /// The same port on the other family is another user's: who asks by name meets one or the other.
        case familySplit = "family-split"
        /// Several sockets share the port, and the kernel chooses among them.
        case shared
        /// Neighbours can reach the loopback: `route_localnet` is on.
        case leakyLoopback = "leaky-loopback"
        /// A program that passes on from outside: what listens behind it is open, too.
        case forwarder
        /// A rule of the kernel's leads it on, past rules for incoming packets.
        case published
        /// A unix socket that every user may connect to.
        case unixOpen = "unix-open"
    }

    package var code: Code
    package var severity: Severity
    package var text: String
    package var fix: String
}
