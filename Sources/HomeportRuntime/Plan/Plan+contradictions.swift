import HomeportCore
import HomeportDoor
import HomeportLink
import HomeportNet
import HomeportServe

/// What every key of a plan allows, and the plan as a whole does not.
extension Plan {
    /// What each key allows, and the plan as a whole does not.
    func contradictions(in root: PlanNode, isReadWhole: Bool) -> [HomeportError] {
        var problems: [HomeportError] = []
        let services = root.at("services") ?? root
        if let place = toxiproxy, place.port == .homeport {
            let node = root.at("toxiproxy") ?? root
            problems.append(node.wrong("\(place) is the door's own port", fix: "choose another, as in toxiproxy: 8474"))
        }
        if self.services.isEmpty, links.isEmpty, toxiproxy == nil, isReadWhole {
            problems.append(
                services.wrong("there is no service", fix: "add services: { site: { folder: ./public } }")
            )
        }
        let defaults = self.services.filter(\.isDefault)
        for extra in defaults.dropFirst() {
            let place = services.at(extra.name.text, "default") ?? services
            problems.append(
                place.wrong("\(extra.name) is a second default", fix: "only one service answers on the bare address")
            )
        }
        for service in self.services {
            switch service.kind {
            case .folder(let plan):
                let path = absolute(plan.folder)
                guard let wrong = FolderCheck.problem(with: path) else { continue }
                let place = services.at(service.name.text, "folder") ?? services
                problems.append(place.wrong(wrong.what, fix: wrong.fix))
            case .upstream(let plan):
                let place = services.at(service.name.text, "to") ?? services
                if let wrong = plan.problem() { problems.append(place.wrong(wrong.what, fix: wrong.fix)) }
            case .program(let plan): problems += contradictions(of: plan, services.at(service.name.text) ?? services)
            }
            if service.isDefault, !service.speaksHTTP {
                let place = services.at(service.name.text, "default") ?? services
                problems.append(place.wrong("only a service of HTTP can be the default", fix: "leave default out"))
            }
        }
        return problems + dependencyContradictions(in: root) + doorContradictions(in: root)
            + linkContradictions(in: root) + accessContradictions(in: root)
    }

    /// Names that two services want, and paths that lead to nobody.
    private func doorContradictions(in root: PlanNode) -> [HomeportError] {
        var problems: [HomeportError] = []
        let nodes = root.at("services") ?? root
        var owners: [String: ServiceName] = [:]
        for service in services { owners[service.name.host] = service.name }
        for service in services {
            func place(_ key: String) -> PlanNode { nodes.at(service.name.text, key) ?? nodes }
            if !service.speaksHTTP, !service.routes.isEmpty || !service.names.isEmpty {
                problems.append(
                    place(service.names.isEmpty ? "routes" : "names")
                        .wrong("only a service of HTTP stands behind the door", fix: "leave it out")
                )
            }
            for name in service.names {
                let key = name.isWild ? "*\(name.suffix)" : name.host
                if let owner = owners[key] {
                    problems.append(
                        place("names").wrong("the name \(name) is \(owner)'s already", fix: "choose another")
                    )
                }
                owners[key] = service.name
            }
            for route in service.routes {
                if let target = services.first(where: { $0.name == route.service }) {
                    guard !target.speaksHTTP else { continue }
                    let what = "\(route.service) does not speak HTTP"
                    problems.append(place("routes").wrong(what, fix: "name a service that does"))
                } else {
                    let near = Spelling.nearest(to: route.service.text, among: services.map(\.name.text))
                    problems.append(
                        place("routes").wrong(
                            "there is no service \(route.service)",
                            fix: near.map { "did you mean \($0)?" } ?? "name a service of this plan"
                        )
                    )
                }
            }
        }
        return problems
    }

    private func linkContradictions(in root: PlanNode) -> [HomeportError] {
        var problems: [HomeportError] = []
        let nodes = (try? root.at("links")?.mapping()) ?? []
        func place(_ link: LinkPlan, _ key: String) -> PlanNode {
            let node = nodes.first { LinkPlan.settled($0.key) == link.name }?.value
            return node?.at(key) ?? node ?? root
        }
        var ports: [String: String] = [:]
        var names: Set<String> = []
        for link in links {
            if let from = link.from, from != LinkPlan.door, from != Self.command,
                !services.contains(where: { $0.name.text == from })
            {
                let near = Spelling.nearest(to: from, among: services.map(\.name.text) + [LinkPlan.door, Self.command])
                let what = "there is no service \(from) that \(link.name) could come from"
                let fix =
                    near.map { "did you mean \($0)?" }
                    ?? "name a service of this plan, door, or exec for what homeport exec runs"
                problems.append(place(link, "to").wrong(what, fix: fix))
            }
            if case .service(let name) = link.to, !services.contains(where: { $0.name == name }) {
                let near = Spelling.nearest(to: name.text, among: services.map(\.name.text))
                let fix = near.map { "did you mean \($0)?" } ?? "name a service of this plan, or a port as in to: 5432"
                problems.append(place(link, "to").wrong("there is no service \(name)", fix: fix))
            }
            if !names.insert(link.name).inserted {
                problems.append(place(link, "to").wrong("\(link.name) is there twice", fix: "give one another name"))
            }
            guard let listen = link.listen else { continue }
            if listen.port == .homeport, !link.isDatagram {
                problems.append(place(link, "listen").wrong("\(listen) is the door's own port", fix: "choose another"))
            }
            let key = "\(link.isDatagram ? "udp" : "tcp") \(listen)"
            if let other = ports[key] {
                problems.append(
                    place(link, "listen").wrong("\(other) listens at \(listen) already", fix: "choose another port")
                )
            }
            ports[key] = link.name
        }
        return problems + loops(place) + groupContradictions(place)
    }

    /// Links that lead to each other in a circle: one connection would fill them all.
    private func loops(_ place: (LinkPlan, String) -> PlanNode) -> [HomeportError] {
        func next(_ link: LinkPlan) -> LinkPlan? {
            guard case .endpoint(let endpoint) = link.to, endpoint.isLoopback, let port = endpoint.port else {
                return nil
            }
            return links.first { $0.listen?.port == port && $0.isDatagram == link.isDatagram }
        }
        for link in links {
            var way = [link.name]
            var here = link
            while let after = next(here), way.count <= links.count {
                if after.name == link.name {
                    let circle = (way + [link.name]).joined(separator: ", ")
                    let what = "\(link.name) leads back to itself: \(circle)"
                    return [place(link, "to").wrong(what, fix: "let one of them lead somewhere else")]
                }
                way.append(after.name)
                here = after
            }
        }
        return []
    }

    /// A line that several share has one speed.
    private func groupContradictions(_ place: (LinkPlan, String) -> PlanNode) -> [HomeportError] {
        var problems: [HomeportError] = []
        var rates: [String: (link: String, rate: String)] = [:]
        for link in links {
            guard let words = try? link.settings().words else { continue }
            for (direction, list) in [("up", words.up), ("down", words.down)] {
                for words in list where words[named: "rate_per"] == "group" {
                    guard let rate = words[named: "rate"] else { continue }
                    guard let group = link.group else {
                        problems.append(
                            place(link, "rate_per").wrong(
                                "\(link.name) is in no group that could share a rate",
                                fix: "add group: with a name"
                            )
                        )
                        continue
                    }
                    if let other = rates["\(group) \(direction)"], other.rate != rate {
                        problems.append(
                            place(link, "rate").wrong(
                                "the group \(group) has \(other.rate) by \(other.link), and \(rate) here",
                                fix: "write the same rate in both, or give one another group"
                            )
                        )
                    }
                    rates["\(group) \(direction)"] = (link.name, rate)
                }
            }
        }
        return problems
    }
}
