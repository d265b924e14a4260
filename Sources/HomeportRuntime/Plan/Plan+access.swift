import HomeportCore
import HomeportGuard
import HomeportLink
import HomeportNet

/// What a plan says of access, and could not be held to.
extension Plan {
    func accessContradictions(in root: PlanNode) -> [HomeportError] {
        var problems = contradictions(of: access, root.at("access") ?? root)
        for case .service(let name) in access.origins where !services.contains(where: { $0.name == name }) {
            let near = Spelling.nearest(to: name.text, among: services.map(\.name.text))
            problems.append(
                (root.at("access", "origins") ?? root).wrong(
                    "there is no service \(name)",
                    fix: near.map { "did you mean \($0)?" } ?? "name a service of this plan, or write http://…"
                )
            )
        }
        let nodes = root.at("services") ?? root
        for service in services where service.access != AccessPlan() {
            let node = nodes.at(service.name.text, "access") ?? nodes
            let effective = service.access.completed(from: access)
            problems += contradictions(of: service.access, node, completed: effective)
            if !service.speaksHTTP, let problem = Self.unspoken(effective) {
                problems.append(
                    node.wrong("it does not speak HTTP: \(problem)", fix: "allow: me, or uid:1000, or group:dev")
                )
            }
        }
        if !access.named.isEmpty || access.users != nil {
            for service in services where !service.speaksHTTP && service.access == AccessPlan() {
                guard let problem = Self.unspoken(access) else { continue }
                let node = nodes.at(service.name.text) ?? nodes
                problems.append(
                    node.wrong(
                        "\(service.name) does not speak HTTP: \(problem)",
                        fix: "add access: { allow: me } to \(service.name)"
                    )
                )
            }
        }
        for link in links where !link.isFromDoor && !link.isDatagram {
            var target: ServicePlan?
            if case .service(let name) = link.to { target = services.first { $0.name == name } }
            // A folder's link speaks HTTP to the end.
            if case .some(.folder) = target?.kind { continue }
            let effective = target?.access.completed(from: access) ?? access
            guard target?.speaksHTTP != false, let problem = Self.unspoken(effective) else { continue }
            problems.append(
                (root.at("links") ?? root).wrong(
                    "\(link.name) leads by a port of its own, where nobody's requests are read: \(problem)",
                    fix: "let the connection do as well, as in allow: [ me, \"token:*\" ]"
                )
            )
        }
        return problems
    }

    /// On a connection that is no HTTP, nobody shows anything.
    private static func unspoken(_ access: AccessPlan) -> String? {
        let isLost = access.accessRules.audiences.contains { !$0.isNobody && !$0.takesConnections }
        return isLost ? "nobody can show a password or a token" : nil
    }

    /// - Parameter effective: What counts in the end, where that is more.
    private func contradictions(
        of access: AccessPlan,
        _ node: PlanNode,
        completed effective: AccessPlan? = nil
    ) -> [HomeportError] {
        var problems: [HomeportError] = []
        let place = node.at("allow") ?? node.at("rules") ?? node
        let namesUsers = access.named.contains { if case .user = $0 { true } else { false } }
        if namesUsers, access.users ?? effective?.users == nil {
            problems.append(place.wrong("there is no file of users", fix: "add users: ./users.htpasswd"))
        }
        if access.named.contains(.forwardAuth), access.forwardAuth ?? effective?.forwardAuth == nil {
            let fix = "add forward_auth: http://127.0.0.1:4180/oauth2/auth"
            problems.append(place.wrong("there is no server to ask", fix: fix))
        }
        problems += contradictions(of: access.forwardAuth, node.at("forward_auth") ?? node)
        for who in access.named {
            guard case .group(let name) = who, UInt32(name) == nil, UserGroups.number(of: name) == nil else { continue }
            problems.append(
                place.wrong("this machine has no group \(name.harmless)", fix: "getent group shows them")
            )
        }
        if let file = access.users {
            do throws(HomeportError) { _ = try UsersFile.read(absolute(file)) } catch {
                let line = error.subject.map { "\($0): " } ?? ""
                problems.append((node.at("users") ?? node).wrong(line + error.what, fix: error.fix))
            }
        }
        return problems
    }

    private func contradictions(of auth: ForwardAuthPlan?, _ node: PlanNode) -> [HomeportError] {
        guard case .service(let name)? = auth?.address?.place else { return [] }
        guard let service = services.first(where: { $0.name == name }) else {
            let near = Spelling.nearest(to: name.text, among: services.map(\.name.text))
            let fix = near.map { "did you mean \($0)?" } ?? "name a service of this plan, or write http://…"
            return [node.wrong("there is no service \(name)", fix: fix)]
        }
        if case .folder = service.kind {
            return [node.wrong("\(name) is a folder, which decides nothing", fix: "name a program, or write http://…")]
        }
        return service.speaksHTTP
            ? [] : [node.wrong("\(name) does not speak HTTP", fix: "name a service that does")]
    }
}
