package import HomeportCore
import HomeportDoor
import HomeportLink
import HomeportNet
import HomeportServe

/// How a plan's text becomes a ``Plan``: the sections of the features, put together.
extension Plan {
    /// - Parameters:
    ///   - file: Where the text comes from, as errors show it.
    ///   - directory: Absolute.
    /// - Returns: The plan, or every problem that was found in it: never half a plan.
    package static func read(_ text: String, file: String, directory: String) -> Result<Plan, PlanProblems> {
        let folder = directory.split(separator: "/").last.map(String.init) ?? "project"
        let name = file.split(separator: "/").last.map(String.init) ?? file
        var plan = Plan(name: ServiceName(madeFrom: folder), directory: directory, file: PlanFile.join(directory, name))
        let root: PlanNode
        do throws(HomeportError) {
            root = try PlanNode(parsing: text, file: file) { [plan] in plan.absolute($0) }
        } catch { return .failure(PlanProblems([error])) }
        var problems: [HomeportError] = []
        section.read(root, into: &plan, problems: &problems)
        let isReadWhole = problems.isEmpty
        problems += plan.contradictions(in: root, isReadWhole: isReadWhole)
        return problems.isEmpty ? .success(plan) : .failure(PlanProblems(PlanNode.inOrder(problems, of: file)))
    }

    /// What editors check plans against: `homeport plan schema`.
    package static var schema: JSONValue {
        guard case .object(var schema) = section.schema else { return section.schema }
        schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        schema["title"] = "Homeport plan"
        return .object(schema)
    }

    private static let section = PlanSection<Plan>(
        keys: [
            PlanKey(
                "name",
                .name,
                to: \.name,
                example: "shop",
                "What the project is called (default: its folder's name)."
            ),
            PlanKey(
                "services",
                .services,
                to: \.services,
                example: "{ site: { folder: ./public } }",
                "Who answers: each name is one service, at NAME.localhost."
            ),
            PlanKey(
                "links",
                .links,
                to: \.links,
                example: "{ slow-site: { listen: 55080, to: site, latency: 80ms } }",
                "Network paths with conditions: each name is one link."
            ),
            PlanKey(
                "toxiproxy",
                .apiPlace,
                to: \.toxiproxy,
                example: "8474",
                "Where Toxiproxy's API is offered, for the links of this plan: a port of both loopbacks, or an address."
            ),
        ],
        later: ["tap", "access", "bus"]
    )

    /// What each key allows, and the plan as a whole does not.
    private func contradictions(in root: PlanNode, isReadWhole: Bool) -> [HomeportError] {
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
                if service.isDefault, !service.speaksHTTP {
                    problems.append(place.wrong("only a service of HTTP can be the default", fix: "leave default out"))
                }
            }
        }
        return problems + doorContradictions(in: root) + linkContradictions(in: root)
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

/// Everything that is wrong with a plan.
package struct PlanProblems: Error, Sendable {
    package let all: [HomeportError]

    init(_ all: [HomeportError]) { self.all = all }
}

extension PlanWord where Value == [ServicePlan] {
    static let services = PlanWord(schema: ["type": "object", "additionalProperties": ServicePlan.section.schema]) {
        node,
        problems in
        let entries: [(key: String, value: PlanNode)]
        do throws(HomeportError) { entries = try node.mapping() } catch {
            problems.append(error)
            return nil
        }
        return entries.compactMap { key, value in
            let name: ServiceName
            do throws(HomeportError) { name = try ServiceName(parsing: key) } catch {
                problems.append(value.wrong(error.what, fix: error.fix))
                return nil
            }
            return ServicePlan.read(value, name: name, problems: &problems)
        }
    }
}

extension PlanWord where Value == [PathRoute] {
    fileprivate static let pathRoutes = PlanWord(
        schema: ["type": "object", "additionalProperties": ["type": "string"]]
    ) { node, problems in
        var routes: [PathRoute] = []
        do throws(HomeportError) {
            for (prefix, value) in try node.mapping() {
                do throws(HomeportError) {
                    routes.append(try PathRoute(parsing: prefix, to: ServiceName(parsing: value.text())))
                } catch { problems.append(value.wrong(error.what, fix: error.fix)) }
            }
        } catch { problems.append(error) }
        return routes
    }
}

extension PlanWord where Value == [DoorName] {
    fileprivate static let doorNames = PlanWord(schema: ["type": "array", "items": ["type": "string"]]) {
        node,
        problems in
        var names: [DoorName] = []
        do throws(HomeportError) {
            for value in try node.list() {
                do throws(HomeportError) { names.append(try DoorName(parsing: value.text())) } catch {
                    problems.append(value.wrong(error.what, fix: error.fix))
                }
            }
        } catch { problems.append(error) }
        return names
    }
}

extension PlanWord where Value == ListenPlace? {
    fileprivate static let apiPlace = PlanWord(schema: ["type": ["string", "integer"]]) {
        (text) throws(HomeportError) in
        let endpoint = try Endpoint(parsing: text)
        if case .loopback(let port) = endpoint.place { return .loopbacks(port) }
        return .address(endpoint.place)
    }
}

extension PlanWord where Value == [LinkPlan] {
    static let links = PlanWord(schema: ["type": "object", "additionalProperties": LinkPlan.section.schema]) {
        node,
        problems in
        do throws(HomeportError) {
            return try node.mapping().compactMap { LinkPlan.read($1, name: $0, problems: &problems) }
        } catch {
            problems.append(error)
            return nil
        }
    }
}

extension ServicePlan {
    /// All kinds' keys: what a schema shows. Reading looks at one kind at a time.
    static let section = PlanSection<ServicePlan>(
        keys: folderKeys + upstreamKeys + common,
        later: laterKinds + laterKeys
    )

    private static let common = [
        PlanKey<ServicePlan>(
            "default",
            .bool,
            to: \.isDefault,
            example: "true",
            "Whether the service also answers on the bare address, 127.0.0.1:62893."
        ),
        PlanKey<ServicePlan>(
            "routes",
            .pathRoutes,
            to: \.routes,
            example: "{ /api: api }",
            "Paths of its name, and all below them, that other services answer; they see the path as it was asked for."
        ),
        PlanKey<ServicePlan>(
            "names",
            .doorNames,
            to: \.names,
            example: "[ admin, '*.api' ]",
            "Other names at which it answers, each below localhost; *. stands for all below a name."
        ),
    ]
    private static let folderKeys = FolderPlan.words.map { $0.lifted(to: \ServicePlan.folder) }
    private static let upstreamKeys = UpstreamPlan.keys.map { $0.lifted(to: \ServicePlan.upstream) }
    private static let laterKinds = ["mock", "run"]
    private static let laterKeys = ["cwd", "env", "env_file", "depends_on", "ready", "access", "port"]

    /// Each kind by the key that says it.
    private static let kinds: [(key: String, start: Kind, section: PlanSection<ServicePlan>)] = [
        ("folder", .folder(FolderPlan()), PlanSection(keys: folderKeys + common, later: laterKeys)),
        (
            "to", .upstream(UpstreamPlan(to: Endpoint(.loopback(.homeport)))),
            PlanSection(keys: upstreamKeys + common, later: laterKeys)
        ),
    ]

    static func read(_ node: PlanNode, name: ServiceName, problems: inout [HomeportError]) -> ServicePlan? {
        guard node.isMapping else {
            let text = (try? node.text()) ?? "./public"
            let key = (try? Endpoint(parsing: text)) == nil ? "folder" : "to"
            problems.append(node.wrong("a service is a mapping", fix: "write \(name): { \(key): \(text) }"))
            return nil
        }
        // A service of a later kind is one problem, not also a missing folder.
        if let kind = laterKinds.first(where: { node.at($0) != nil }) {
            problems.append(
                node.wrong(
                    "\(name) is a service of kind \(kind), which is not in this version of Homeport",
                    fix: "this version has folder: ./path and to: 3000",
                    code: .planLater
                )
            )
            return nil
        }
        let said = kinds.filter { node.at($0.key) != nil }
        if said.count > 1 {
            let keys = said.map(\.key).joined(separator: " and ")
            problems.append(node.wrong("\(name) is both \(keys)", fix: "make two services of it"))
            return nil
        }
        let kind = said.first ?? kinds[0]
        var plan = ServicePlan(name: name, kind: kind.start)
        kind.section.read(node, into: &plan, problems: &problems)
        // Even if something is wrong with it: what else is wrong is to be found as well.
        return plan
    }

    /// The folder's part, for the keys that write into it.
    private var folder: FolderPlan {
        get { if case .folder(let plan) = kind { plan } else { FolderPlan() } }
        set { kind = .folder(newValue) }
    }

    private var upstream: UpstreamPlan {
        get { if case .upstream(let plan) = kind { plan } else { UpstreamPlan(to: Endpoint(.loopback(.homeport))) } }
        set { kind = .upstream(newValue) }
    }
}
