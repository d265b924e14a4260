import HomeportCore
import HomeportDoor
import HomeportGuard
import HomeportLink
import HomeportNet

/// What a plan says of programs, and cannot be.
extension Plan {
    func contradictions(of plan: ProgramPlan, _ node: PlanNode) -> [HomeportError] {
        var problems: [HomeportError] = []
        if let directory = plan.directory, let wrong = FolderCheck.problem(with: absolute(directory)) {
            problems.append((node.at("cwd") ?? node).wrong(wrong.what, fix: wrong.fix))
        }
        for variable in plan.environment where !ProgramPlan.isVariable(variable.name) {
            let what = "\"\(variable.name)\" is no name of a variable"
            problems.append((node.at("env", variable.name) ?? node).wrong(what, fix: "use letters, digits and _"))
        }
        for file in plan.environmentFiles {
            do throws(HomeportError) { _ = try EnvironmentFile.read(absolute(file)) } catch {
                let what = "\(error.subject ?? file): \(error.what)"
                problems.append((node.at("env_file") ?? node).wrong(what, fix: error.fix))
            }
        }
        if plan.port == .homeport {
            let place = node.at("port") ?? node
            problems.append(place.wrong("62893 is the door's own port", fix: "choose another, or leave it out"))
        }
        if plan.isHandedSockets, plan.port == nil, plan.environment.contains(where: { $0.name == "PORT" }) {
            let place = node.at("listen_fds") ?? node
            problems.append(place.wrong("a program that is handed its sockets needs no PORT", fix: "leave it out"))
        }
        if plan.isHandedSockets, plan.isOffline {
            let place = node.at("offline") ?? node
            let what = "it is handed sockets of this machine's network, and is kept out of it"
            problems.append(place.wrong(what, fix: "leave out offline or listen_fds"))
        }
        return problems
    }

    /// Services that are waited for and are not there, or wait for each other.
    func dependencyContradictions(in root: PlanNode) -> [HomeportError] {
        let nodes = root.at("services") ?? root
        var problems: [HomeportError] = []
        for service in services {
            for name in service.program?.dependsOn ?? [] where !services.contains(where: { $0.name == name }) {
                let near = Spelling.nearest(to: name.text, among: services.map(\.name.text))
                let place = nodes.at(service.name.text, "depends_on") ?? nodes
                problems.append(
                    place.wrong(
                        "there is no service \(name)",
                        fix: near.map { "did you mean \($0)?" } ?? "name a service of this plan"
                    )
                )
            }
        }
        if let circle = dependencyCircle, let first = circle.first {
            let place = nodes.at(first.text, "depends_on") ?? nodes
            let way = (circle + [first]).map(\.text).joined(separator: ", ")
            problems.append(place.wrong("\(first) waits for itself: \(way)", fix: "let one of them not wait"))
        }
        return problems
    }

    private var dependencyCircle: [ServiceName]? {
        var done: Set<ServiceName> = []
        for service in services where !done.contains(service.name) {
            var way: [(name: ServiceName, next: [ServiceName])] = [(service.name, next(service.name))]
            while case (let name, var rest)? = way.popLast() {
                guard let dependency = rest.popLast() else {
                    done.insert(name)
                    continue
                }
                way.append((name, rest))
                if let start = way.firstIndex(where: { $0.name == dependency }) { return way[start...].map(\.name) }
                if !done.contains(dependency) { way.append((dependency, next(dependency))) }
            }
        }
        return nil
    }

    private func next(_ name: ServiceName) -> [ServiceName] {
        services.first { $0.name == name }?.program?.dependsOn ?? []
    }

    var hasPrograms: Bool { services.contains { $0.program != nil } }
}

extension Plan {
    /// Away from all that is written down: whatever runs beside is not in the way.
    package mutating func takeFreePorts() {
        toxiproxy = nil
        for index in links.indices {
            if case .address(.unix(_)) = links[index].listen { continue }
            links[index].listen = nil
        }
        for index in services.indices {
            guard case .program(var program) = services[index].kind else { continue }
            program.port = nil
            program.environment.removeAll { $0.name == "PORT" }
            services[index].kind = .program(program)
        }
    }

    /// Who the command of `homeport exec` is, to links: `exec -> api`.
    package static let command = "exec"

    /// Leads a command to each service through a link of its own, so that what it asks is seen. Folders see it themselves.
    package mutating func leadCommandThroughLinks() {
        for service in services {
            let name = "\(Self.command) -> \(service.name)"
            switch service.kind {
            case .folder: continue
            case .upstream(let upstream) where upstream.to.scheme == .udp: continue
            case .program, .upstream: break
            }
            // Where credentials are asked for, a link's port could show none.
            let rules = service.access.completed(from: access).accessRules
            guard rules.audiences.allSatisfy({ $0.entries.contains(.anyone) || $0.entries.contains(.me) }) else {
                continue
            }
            if !links.contains(where: { $0.name == name }) {
                links.append(LinkPlan(name: name, to: .service(service.name)))
            }
        }
    }
}
