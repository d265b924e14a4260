package import HomeportCore

/// An address of either family: what a socket is bound to.
package enum IPAddress: Sendable, Hashable {
    case v4(IPv4)
    case v6(IPv6)

    package static let loopback4 = IPAddress.v4(IPv4(bits: 0x7F00_0001))
    package static let loopback6 = IPAddress.v6(IPv6(high: 0, low: 1))

    package var isLoopback: Bool {
        switch self {
        case .v4(let address): address.isLoopback
        case .v6(let address): address.isLoopback
        }
    }

    /// `0.0.0.0` or `::`: every address of the machine.
    package var isWildcard: Bool {
        switch self {
        case .v4(let address): address.isAny
        case .v6(let address): address.isAny
        }
    }

    /// The wildcard of the same family.
    package var wildcard: IPAddress {
        switch self {
        case .v4: .v4(IPv4(bits: 0))
        case .v6: .v6(IPv6(high: 0, low: 0))
        }
    }

    package var familyName: String {
        switch self {
        case .v4: "IPv4"
        case .v6: "IPv6"
        }
    }

    /// Java and others listen on `::ffff:127.0.0.1`: written as IPv6, but it is the IPv4 address that they hold.
    package var unmapped: IPAddress {
        guard case .v6(let address) = self, address.high == 0, address.low >> 32 == 0xFFFF else { return self }
        return .v4(IPv4(bits: UInt32(truncatingIfNeeded: address.low)))
    }
}

extension IPAddress: CustomStringConvertible {
    package var description: String {
        switch self {
        case .v4(let address): address.description
        case .v6(let address): address.description
        }
    }
}

/// An address and a port: what `getsockname` tells about a socket. Port 0 stands for "none yet".
package struct SocketName: Sendable, Hashable, CustomStringConvertible {
    package var address: IPAddress
    package var port: UInt16

    package init(_ address: IPAddress, _ port: UInt16) {
        self.address = address
        self.port = port
    }

    package var description: String {
        switch address {
        case .v4(let address): "\(address):\(port)"
        case .v6(let address): "[\(address)]:\(port)"
        }
    }
}
