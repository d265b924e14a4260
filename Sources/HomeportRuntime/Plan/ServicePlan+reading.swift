import HomeportCore
import HomeportDoor
import HomeportGuard
import HomeportServe

extension ServicePlan {
    /// All kinds' keys: what a schema shows. Reading looks at one kind at a time.
    static let section = PlanSection<ServicePlan>(
        keys: folderKeys + upstreamKeys + programKeys + common,
        later: laterKinds
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
            "access",
            PlanWord(AccessPlan.serviceSection, from: AccessPlan()),
            to: \.access,
            example: "{ allow: me }",
            "Who may come in."
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
    private static let programKeys = ProgramPlan.keys.map { $0.lifted(to: \ServicePlan.ran) }
    private static let laterKinds = ["mock"]

    /// Each kind by the key that says it.
    private static let kinds: [(key: String, start: Kind, section: PlanSection<ServicePlan>)] = [
        ("folder", .folder(FolderPlan()), PlanSection(keys: folderKeys + common)),
        (
            "to", .upstream(UpstreamPlan(to: Endpoint(.loopback(.homeport)))),
            PlanSection(keys: upstreamKeys + common)
        ),
        ("run", .program(ProgramPlan(.words([]))), PlanSection(keys: programKeys + common)),
    ]

    static func read(_ node: PlanNode, name: ServiceName, problems: inout [HomeportError]) -> ServicePlan? {
        guard node.isMapping else {
            let text = (try? node.text()) ?? "./public"
            let isPath = text.contains("/") && !text.contains(" ") || text == "."
            let key = (try? Endpoint(parsing: text)) != nil ? "to" : isPath ? "folder" : "run"
            problems.append(node.wrong("a service is a mapping", fix: "write \(name): { \(key): \(text) }"))
            return nil
        }
        // A service of a later kind is one problem, not also a missing folder.
        if let kind = laterKinds.first(where: { node.at($0) != nil }) {
            problems.append(
                node.wrong(
                    "\(name) is a service of kind \(kind), which is not in this version of Homeport",
                    fix: "this version has \(kindExamples)",
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
        guard let kind = said.first else {
            problems.append(missingKind(node, name))
            return nil
        }
        var plan = ServicePlan(name: name, kind: kind.start)
        kind.section.read(node, into: &plan, problems: &problems)
        // Even if something is wrong with it: what else is wrong is to be found as well.
        return plan
    }

    private static let kindExamples = "folder: ./public, to: 3000 or run: npm run dev"

    /// What people call the kinds elsewhere.
    private static let otherWords = [
        "command": "run", "cmd": "run", "exec": "run", "script": "run", "dir": "folder", "path": "folder",
        "root": "folder", "static": "folder",
        "http": "to", "tcp": "to", "url": "to", "upstream": "to", "target": "to", "proxy": "to",
    ]

    /// A service that says not what it is: by a slip, mostly.
    private static func missingKind(_ node: PlanNode, _ name: ServiceName) -> HomeportError {
        let keys = ((try? node.mapping()) ?? []).map(\.key)
        let known = Set(section.keys.map(\.name))
        for key in keys where !known.contains(key) {
            guard let near = otherWords[key] ?? Spelling.nearest(to: key, among: kinds.map(\.key)) else { continue }
            return node.wrong("\(key) is no key here", fix: "did you mean \(near)?", code: .planKey)
        }
        let own = Set((programKeys + upstreamKeys).map(\.name)).subtracting(["folder"])
        guard let key = keys.first(where: own.contains) else {
            let strange = keys.first { !known.contains($0) }.map { ", and \($0) is no key here" } ?? ""
            return node.wrong("\(name) does not say what it is\(strange)", fix: "add \(kindExamples)")
        }
        let kind = programKeys.contains { $0.name == key } ? "run: npm start" : "to: 3000"
        return node.wrong("\(name) has \(key), and does not say what it is", fix: "add \(kind)")
    }

    /// The folder's part, for the keys that write into it.
    private var folder: FolderPlan {
        get { if case .folder(let plan) = kind { plan } else { FolderPlan() } }
        set { kind = .folder(newValue) }
    }

    private var ran: ProgramPlan {
        get { program ?? ProgramPlan(.words([])) }
        set { kind = .program(newValue) }
    }

    private var upstream: UpstreamPlan {
        get { if case .upstream(let plan) = kind { plan } else { UpstreamPlan(to: Endpoint(.loopback(.homeport))) } }
        set { kind = .upstream(newValue) }
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
