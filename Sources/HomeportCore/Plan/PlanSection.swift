/// One key of a section: its name, what it is for, an example, and where its value goes.
///
/// Defined once, by the feature that owns it; reading, errors, the schema and the command line's help come from here.
public struct PlanKey<Root: Sendable>: Sendable {
    public let name: String
    public let summary: String
    /// The value as one would write it.
    public let example: String
    public let required: Bool
    let schema: JSONValue
    let apply: @Sendable (PlanNode, inout Root, inout [HomeportError]) -> Void

    public init<Value>(
        _ name: String,
        _ word: PlanWord<Value>,
        to path: any WritableKeyPath<Root, Value> & Sendable,
        required: Bool = false,
        example: String,
        _ summary: String
    ) {
        self.init(name: name, summary: summary, example: example, required: required, schema: word.schema) {
            node,
            root,
            problems in
            if let value = word.read(node, &problems) { root[keyPath: path] = value }
        }
    }

    private init(
        name: String,
        summary: String,
        example: String,
        required: Bool,
        schema: JSONValue,
        apply: @escaping @Sendable (PlanNode, inout Root, inout [HomeportError]) -> Void
    ) {
        self.name = name
        self.summary = summary
        self.example = example
        self.required = required
        self.schema = schema
        self.apply = apply
    }

    /// The same key for a larger value that holds this one.
    public func lifted<Outer: Sendable>(to path: any WritableKeyPath<Outer, Root> & Sendable) -> PlanKey<Outer> {
        PlanKey<Outer>(name: name, summary: summary, example: example, required: required, schema: schema) {
            node,
            outer,
            problems in
            apply(node, &outer[keyPath: path], &problems)
        }
    }
}

/// A mapping with known keys.
///
///     struct Site: Sendable { var folder = "."; var live = false }
///
///     let section = PlanSection<Site>(keys: [
///         PlanKey("folder", .text, to: \.folder, required: true, example: "./public", "The folder that is served."),
///         PlanKey("live", .bool, to: \.live, example: "true", "Reload open pages when a file changes."),
///     ])
///     var (site, problems) = (Site(), [HomeportError]())
///     section.read(try PlanNode(parsing: "folder: ./site", file: "homeport.yaml"), into: &site, problems: &problems)
public struct PlanSection<Root: Sendable>: Sendable {
    public let keys: [PlanKey<Root>]
    /// Keys that a later version will know: refused, but not as a slip.
    public let later: [String]

    public init(keys: [PlanKey<Root>], later: [String] = []) {
        self.keys = keys
        self.later = later
    }

    /// Reads a mapping into `root`. Every problem is noted, not only the first, so that one edit mends them all.
    public func read(_ node: PlanNode, into root: inout Root, problems: inout [HomeportError]) {
        let entries: [(key: String, value: PlanNode)]
        do throws(HomeportError) { entries = try node.mapping() } catch { return problems.append(error) }
        for (name, value) in entries {
            guard let key = keys.first(where: { $0.name == name }) else {
                problems.append(unknown(name, at: value))
                continue
            }
            let known = problems.count
            key.apply(value, &root, &problems)
            for index in problems.indices[known...] where problems[index].fix == nil {
                problems[index].fix = "write it as in \(key.name): \(key.example)"
            }
        }
        for key in keys where key.required && !entries.contains(where: { $0.key == key.name }) {
            problems.append(node.wrong("\(key.name) is missing", fix: "add \(key.name): \(key.example)"))
        }
    }

    /// Draft 2020-12 of JSON Schema, as far as keys and shapes go.
    public var schema: JSONValue {
        var properties: [String: JSONValue] = [:]
        for key in keys {
            var one: [String: JSONValue] = [:]
            if case .object(let schema) = key.schema { one = schema }
            one["description"] = .text(key.summary)
            properties[key.name] = .object(one)
        }
        var schema: [String: JSONValue] = [
            "type": "object", "properties": .object(properties), "additionalProperties": false,
        ]
        let required = keys.filter(\.required).map { JSONValue.text($0.name) }
        if !required.isEmpty { schema["required"] = .list(required) }
        return .object(schema)
    }

    private func unknown(_ name: String, at node: PlanNode) -> HomeportError {
        if later.contains(name) {
            return node.wrong("\(name) is not in this version of Homeport", fix: "remove it", code: .planLater)
        }
        if let near = Spelling.nearest(to: name, among: keys.map(\.name)),
            let key = keys.first(where: { $0.name == near })
        {
            let fix = "did you mean \(key.name)? as in \(key.name): \(key.example)"
            return node.wrong("\(name) is no key here", fix: fix, code: .planKey)
        }
        let deeper = keys.first { key in
            guard case .object(let schema) = key.schema, case .object(let inner)? = schema["properties"] else {
                return false
            }
            return inner[name] != nil
        }
        if let key = deeper {
            let fix = "it stands one level deeper: write \(key.name): { \(name): … }"
            return node.wrong("\(name) is no key here", fix: fix, code: .planKey)
        }
        return node.wrong(
            "\(name) is no key here",
            fix: "known: \(keys.map(\.name).joined(separator: ", "))",
            code: .planKey
        )
    }
}
