package import HomeportCore
import HomeportServe

/// How a plan's text becomes a ``Plan``: the sections of the features, put together.
extension Plan {
    /// - Parameters:
    ///   - file: Where the text comes from, as errors show it.
    ///   - directory: Absolute.
    /// - Returns: The plan, or every problem that was found in it: never half a plan.
    package static func read(_ text: String, file: String, directory: String) -> Result<Plan, PlanProblems> {
        let root: PlanNode
        do throws(HomeportError) { root = try PlanNode(parsing: text, file: file) } catch {
            return .failure(PlanProblems([error]))
        }
        let folder = directory.split(separator: "/").last.map(String.init) ?? "project"
        let name = file.split(separator: "/").last.map(String.init) ?? file
        var plan = Plan(name: ServiceName(madeFrom: folder), directory: directory, file: PlanFile.join(directory, name))
        var problems: [HomeportError] = []
        section.read(root, into: &plan, problems: &problems)
        let isReadWhole = problems.isEmpty
        problems += plan.contradictions(in: root, isReadWhole: isReadWhole)
        return problems.isEmpty ? .success(plan) : .failure(PlanProblems(problems))
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
                required: true,
                example: "{ site: { folder: ./public } }",
                "Who answers: each name is one service, at NAME.localhost."
            ),
        ],
        later: ["links", "tap", "access", "toxiproxy", "bus"]
    )

    /// What each key allows, and the plan as a whole does not.
    private func contradictions(in root: PlanNode, isReadWhole: Bool) -> [HomeportError] {
        var problems: [HomeportError] = []
        let services = root.at("services") ?? root
        if self.services.isEmpty, isReadWhole {
            problems.append(services.wrong("there is no service", fix: "add one, such as site: { folder: ./public }"))
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

extension ServicePlan {
    /// All kinds' keys: what a schema shows. Reading looks at one kind at a time.
    static let section = PlanSection<ServicePlan>(keys: folderKeys + common, later: laterKinds + laterKeys)

    private static let common = [
        PlanKey<ServicePlan>(
            "default",
            .bool,
            to: \.isDefault,
            example: "true",
            "Whether the service also answers on the bare address, 127.0.0.1:62893."
        )
    ]
    private static let folderKeys = FolderPlan.words.map { $0.lifted(to: \ServicePlan.folder) }
    private static let laterKinds = ["mock", "run", "to"]
    private static let laterKeys = [
        "routes", "cwd", "env", "env_file", "depends_on", "ready", "remote", "access", "port",
    ]

    static func read(_ node: PlanNode, name: ServiceName, problems: inout [HomeportError]) -> ServicePlan? {
        guard node.isMapping else {
            let folder = (try? node.text()) ?? "./public"
            problems.append(node.wrong("a service is a mapping", fix: "write \(name): { folder: \(folder) }"))
            return nil
        }
        var plan = ServicePlan(name: name, kind: .folder(FolderPlan()))
        // A service of a later kind is one problem, not also a missing folder.
        if let kind = laterKinds.first(where: { node.at($0) != nil }) {
            problems.append(
                node.wrong(
                    "\(name) is a service of kind \(kind), which is not in this version of Homeport",
                    fix: "this version has folder: ./path",
                    code: .planLater
                )
            )
            return nil
        }
        section.read(node, into: &plan, problems: &problems)
        // Even if something is wrong with it: what else is wrong is to be found as well.
        return plan
    }

    /// The folder's part, for the keys that write into it.
    private var folder: FolderPlan {
        get { if case .folder(let plan) = kind { plan } else { FolderPlan() } }
        set { kind = .folder(newValue) }
    }
}
