package import HomeportCore
import HomeportNet

extension LinkPlan {
    private var leadsToItself: Bool {
        guard case .endpoint(let endpoint) = to else { return false }
        switch listen {
        case .loopbacks(let port?): return endpoint.port == port && endpoint.isLoopback
        case .address(let place):
            if case .unix = place { return place == endpoint.place }
            return endpoint.port == Endpoint(place).port && endpoint.isLoopback && Endpoint(place).isLoopback
        case .loopbacks(nil), nil: return false
        }
    }

    /// What each of the two places allows, and both together do not.
    package func checkPlaces() throws(HomeportError) {
        if !isDatagram, idle != LinkPlan(name: name, to: to).idle {
            throw HomeportError(.badValue, "idle is for UDP: a connection ends by itself", fix: "leave it out")
        }
        if isFromDoor, listen != nil {
            throw HomeportError(.badValue, "\(name) stands between the door and a service", fix: "leave listen out")
        }
        if leadsToItself {
            throw HomeportError(.badValue, "\(name) leads to where it listens itself", fix: "give it another port")
        }
        if case .address(.unix) = listen, edit.connect == .refuse || edit.connect == .unreachable {
            throw HomeportError(.badValue, "a unix socket cannot refuse connections", fix: "let it listen on a port")
        }
        guard case .endpoint(let endpoint) = to else { return }
        if !endpoint.isLoopback, !remote {
            throw HomeportError(
                .badValue,
                "\(endpoint) is beyond this machine",
                fix: "if that is meant, say so with remote: true (on the command line: --remote)"
            )
        }
        if isDatagram, case .unix = endpoint.place {
            throw HomeportError(.badValue, "UDP has no unix sockets", fix: "write udp://127.0.0.1:PORT")
        }
        if case .address(.unix) = listen, isDatagram {
            throw HomeportError(.badValue, "a link for UDP cannot listen on a unix socket", fix: "give it a port")
        }
        if edit.connect == .refuse || edit.connect == .unreachable, isDatagram {
            throw HomeportError(.badValue, "UDP has no connections to refuse", fix: "use blackhole: true")
        }
    }
}
