package import HomeportCore

/// One of the networks of this machine that have interfaces, ports and rules of their own: the host's, a container's.
package struct NetworkNamespace: Sendable, Hashable {
    /// The kernel's own number.
    package let id: UInt64
    /// A process that is in it; 0 of one that only has a name.
    package let pid: Int32
    /// Whether this process is in it.
    package let isOwn: Bool
    /// As `ip netns` has it, else what runs there.
    package let name: String?

    package init(id: UInt64, pid: Int32, isOwn: Bool, name: String?) {
        (self.id, self.pid, self.isOwn, self.name) = (id, pid, isOwn, name)
    }
}

extension HomeportError.Code {
    /// A network namespace cannot be entered.
    package static let namespaceClosed = Self("namespace.closed", .world)
}
