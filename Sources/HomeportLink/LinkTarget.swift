package import HomeportCore
package import HomeportNet

/// Where a link leads.
package enum LinkTarget: Sendable {
    /// With who may use it; whoever comes where that is nil.
    case stream(any Dialer, text: String, admission: (@Sendable (Peer) -> Admission)? = nil)
    case datagram(Endpoint.Place)

    var text: String {
        switch self {
        case .stream(_, let text, _): text
        case .datagram(let place): Endpoint(place, scheme: .udp).description
        }
    }
}
