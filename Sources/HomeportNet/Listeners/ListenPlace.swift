package import HomeportCore

/// Where somebody wants to listen.
package enum ListenPlace: Sendable, Hashable {
    /// `127.0.0.1` and `::1` on one port. Nil: any port that is free on both and that browsers do not refuse.
    case loopbacks(Port?)
    /// One IPv4 or IPv6 address, `0.0.0.0` and `::` among them, or the path of a unix socket.
    case address(Endpoint.Place)

    package var port: Port? {
        switch self {
        case .loopbacks(let port): port
        case .address(let place): Endpoint(place).port
        }
    }

    /// The addresses to bind; empty for a unix socket.
    var addresses: [IPAddress] {
        switch self {
        case .loopbacks, .address(.loopback): [.loopback4, .loopback6]
        case .address(.ipv4(let address, _)): [.v4(address)]
        case .address(.ipv6(let address, _)): [.v6(address)]
        case .address(.unix): []
        }
    }
}

extension ListenPlace: CustomStringConvertible {
    package var description: String {
        switch self {
        case .loopbacks(nil): "both loopbacks"
        case .loopbacks(let port?): Endpoint(.loopback(port)).description
        case .address(let place): Endpoint(place).description
        }
    }
}

extension ListenPlace {
    /// Whether only this machine can reach it.
    package var isLoopback: Bool {
        switch self {
        case .loopbacks: true
        case .address(let place): Endpoint(place).isLoopback
        }
    }
}
