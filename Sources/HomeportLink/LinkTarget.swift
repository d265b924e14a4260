package import HomeportCore
package import HomeportNet

/// Where a link leads.
package enum LinkTarget: Sendable {
    case stream(any Dialer, text: String)
    case datagram(Endpoint.Place)

    var text: String {
        switch self {
        case .stream(_, let text): text
        case .datagram(let place): Endpoint(place, scheme: .udp).description
        }
    }
}
