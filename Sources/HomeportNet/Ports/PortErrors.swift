package import HomeportCore

extension HomeportError.Code {
    /// Somebody else has the port, or one of its two loopbacks.
    package static let portTaken = Self("port.taken", .world)
    /// The system lets only privileged programs listen there.
    package static let portPrivileged = Self("port.privileged", .world)
    /// No such address on this machine, or the loopback interface is down.
    package static let addressMissing = Self("address.missing", .world)
    /// Somebody listens on that unix socket.
    package static let socketTaken = Self("socket.taken", .world)
    /// A unix socket that cannot be made: its folder, or a file in its place.
    package static let socketPath = Self("socket.path", .world)
    /// The kernel refused for another reason, which the words repeat.
    package static let cannotListen = Self("listen.failed", .world)
    /// The kernel does not tell which sockets there are.
    package static let socketsUnlisted = Self("ports.unlisted", .world)
    /// Fewer free ports than were asked for.
    package static let portsExhausted = Self("ports.exhausted", .world)
    /// A development port can be reached from other machines.
    package static let portsExposed = Self("ports.exposed", .check)
}
