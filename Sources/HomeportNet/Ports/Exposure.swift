/// From where a listening socket can be reached, as far as its address says. A firewall may narrow it; nothing widens
/// it.
package enum Exposure: String, Sendable, Hashable, Codable {
    /// Only from this machine.
    case loopback
    /// From the networks of one interface.
    case oneAddress = "one-address"
    /// From every network that the machine is on.
    case everything

    package init(of address: IPAddress) {
        self = address.isWildcard ? .everything : address.isLoopback ? .loopback : .oneAddress
    }

    package var isBeyondLoopback: Bool { self != .loopback }
}

extension SocketRecord {
    /// - Parameter loopbackInterface: its index. A wildcard socket that is bound to that interface stays inside.
    package func exposure(loopbackInterface: UInt32) -> Exposure {
        interface != 0 && interface == loopbackInterface ? .loopback : Exposure(of: local.address)
    }
}
