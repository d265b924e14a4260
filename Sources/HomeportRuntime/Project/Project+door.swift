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
    func makeWays(of plan: Plan) async throws -> [ServiceName: ProxyResponder] {
        var made: [ServiceName: ProxyResponder] = [:]
        guard let loops else { return made }
        for plan in plan.links {
            guard let link = links[plan.name], plan.isFromDoor, case .service(let name) = plan.to else { continue }
            let old = ways[name]
            made[name] = old?.leads(through: link) == true ? old : try await ProxyResponder(link, loops: loops)
        }
        return made
    }

    func table(of plan: Plan, _ services: [ServiceName: RunningService]) -> RouteTable {
        let passwords = passwords
        return RouteTable(
            routes: plan.services.filter(\.speaksHTTP).compactMap { service in
                services[service.name].map { running in
                    var route = RouteTable.Route(
                        name: service.name,
                        summary: service.summary,
                        responder: ways[service.name] ?? running.responder
                    )
                    (route.paths, route.names) = (service.routes, service.names)
                    return route
                }
            },
            fallback: plan.services.first(where: \.isDefault)?.name,
            control: control,
            tunnels: tunnels(of: plan, services),
            isAlone: plan.file == nil,
            protect: { next in passwords.map { BasicAuthentication($0, protecting: next) } ?? next }
        )
    }

    private func tunnels(of plan: Plan, _ services: [ServiceName: RunningService]) -> TunnelResponder {
        var ways: [String: TunnelResponder.Way] = [:]
        for service in plan.services {
            if !service.speaksHTTP, let dialer = services[service.name]?.dialer {
                ways[service.name.host] = .to(dialer(.seconds(10)))
            } else {
                for host in [service.name.host] + service.names.filter({ !$0.isWild }).map(\.host) {
                    ways[host] = .here
                }
            }
        }
        return TunnelResponder(ways)
    }
}
