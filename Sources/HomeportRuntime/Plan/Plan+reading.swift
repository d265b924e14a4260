package import HomeportCore
import HomeportGuard
import HomeportLink
import HomeportNet
import HomeportTap

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
            PlanKey(
                "access",
                PlanWord(AccessPlan.section, from: AccessPlan()),
                to: \.access,
                example: "{ allow: me }",
                "Who may come in, to all services that do not say so themselves."
            ),
            PlanKey("tap", TapPlan.word, to: \.tap, example: "false", "What is kept of exchanges; false for nothing."),
        ],
        later: ["bus"]
    )
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
