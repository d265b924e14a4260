import HomeportCore
import HomeportDoor
import HomeportGuard
import HomeportHTTP
import HomeportLink
import HomeportNet
import NIOCore

/// What stands behind a project's door, and how it is reached.
extension Project {
    /// Keeps those whose link is still the same.
    func makeWays(
        of plan: Plan,
        _ services: [ServiceName: RunningService]
    ) async throws -> [ServiceName: ProxyResponder] {
        var made: [ServiceName: ProxyResponder] = [:]
        guard let loops else { return made }
        for link in plan.links {
            guard let running = links[link.name], link.isFromDoor, case .service(let name) = link.to else { continue }
            let old = ways[name]
            made[name] =
                old?.leads(through: running, to: services[name]?.program) == true
                ? old : try await ProxyResponder(running, to: proxied(name, plan.services, services), loops: loops)
        }
        return made
    }

    /// What a list of services says of one: who sees the list, and may not come in, is not told how it is run.
    /// - Parameter list: The gate before the list; nil for another project's.
    func listed(_ service: ServicePlan, behind list: AccessGate?) -> String {
        guard let gate = gates?[service.name], !gate.isOpen, gate !== list else { return service.summary }
        return "guarded"
    }

    func table(of plan: Plan, _ services: [ServiceName: RunningService]) -> RouteTable {
        let (gates, names) = (gates, self.names(of: plan))
        return RouteTable(
            routes: plan.services.filter(\.speaksHTTP).compactMap { service in
                services[service.name].map { running in
                    var route = RouteTable.Route(
                        name: service.name,
                        summary: listed(service, behind: gates?[nil]),
                        responder: ways[service.name] ?? running.responder
                    )
                    let hosts = names.hosts(of: service.name)
                    (route.host, route.paths) = (hosts[0], service.routes)
                    route.program = running.program
                    route.names = hosts.dropFirst().compactMap { try? DoorName(parsing: $0) } + service.names
                    return route
                }
            },
            fallback: plan.services.first(where: \.isDefault)?.name,
            control: control,
            tunnels: tunnels(of: plan, services),
            isAlone: options.isAlone,
            shared: Set(taken.keys),
            neighbours: neighbours,
            protect: { next, service in gates?[service].guarding(next) ?? next }
        )
    }

    private func proxied(
        _ name: ServiceName,
        _ plans: [ServicePlan],
        _ services: [ServiceName: RunningService]
    ) -> ProxiedService {
        var service = ProxiedService(name: name.text, program: services[name]?.program)
        if case .upstream(let upstream) = plans.first(where: { $0.name == name })?.kind {
            service.place = "\(upstream.to)"
        }
        return service
    }

    private func tunnels(of plan: Plan, _ services: [ServiceName: RunningService]) -> TunnelResponder {
        var ways: [String: TunnelResponder.Way] = [:]
        for service in plan.services {
            let hosts = names(of: plan).hosts(of: service.name)
            if !service.speaksHTTP, let dialer = services[service.name]?.dialer {
                let gate = gates?[service.name]
                for host in hosts {
                    ways[host] = .to(dialer(.seconds(10)), admission: { gate?.admission(of: $0) ?? .open })
                }
            } else {
                for host in hosts + service.names.filter({ !$0.isWild }).map(\.host) {
                    ways[host] = .here
                }
            }
        }
        return TunnelResponder(ways)
    }
}
