import HomeportConditions
package import HomeportCore
package import HomeportNet

/// Where a link leads.
package enum LinkTarget: Sendable {
    case stream(any Dialer, text: String)
    case datagram(Endpoint.Place)

    /// The same, with what goes wrong with some requests.
    package func faulty(as link: LinkPlan) -> LinkTarget {
        guard case .stream(let dialer, let text) = self, !link.http.isEmpty else { return self }
        let draws = Draws(seed: link.seed ?? LinkProfile.key(link.name), LinkProfile.key("http"))
        return .stream(HTTPFaultDialer(base: dialer, faults: HTTPFaults(link.http, draws: draws)), text: text)
    }

    /// What goes wrong with requests, and how often it did.
    var faults: [LinkStatus.Fault] {
        guard case .stream(let dialer as HTTPFaultDialer, _) = self else { return [] }
        return dialer.faults.status
    }

    var text: String {
        switch self {
        case .stream(_, let text): text
        case .datagram(let place): Endpoint(place, scheme: .udp).description
        }
    }
}
