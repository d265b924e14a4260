import HomeportCore
import HomeportGuard
import HomeportHTTP
import HomeportNet

/// Who may come in to a project, and to what of it.
extension Project {
    /// Who may come in from now on.
    func takeAccess(of plan: Plan) throws(HomeportError) {
        gates = try ProjectGates(of: plan, passwords, keeping: gates, tokens: tokens, ways: serviceWays)
        let others = options.place?.isLoopback == false
        let hosts = HostRule(options.hosts + plan.access.hosts, allowsOtherAddresses: others)
        policy.rules = AccessPolicy.Rules(hosts, origins(of: plan))
    }

    private func origins(of plan: Plan) -> OriginRule {
        var (written, hosts) = (Set<String>(), Set<String>())
        for origin in plan.access.origins {
            switch origin {
            case .written(let text): written.insert(text)
            case .service(let name): hosts.formUnion(names(of: plan).hosts(of: name))
            }
        }
        return OriginRule(written: written, hosts: hosts)
    }

    func guarded(_ responder: any Responder, for service: ServiceName?) -> any Responder {
        gates?[service].guarding(responder) ?? responder
    }

    /// By whose it is, to a link that leads to a service, or to none.
    func admission(to service: ServiceName?) -> (@Sendable (Peer) -> Admission)? {
        guard let gate = gates?[service] else { return nil }
        return { peer in gate.admission(of: peer) }
    }
}
