/// How one kind of value is read from a plan, and how a schema describes it.
///
///     let port = PlanWord<Port>(schema: ["type": "integer"]) { (text) throws(HomeportError) in
///         try Port(parsing: text)
///     }
///
/// What the closure throws gets the place of the value: file, line, column and key.
public struct PlanWord<Value: Sendable>: Sendable {
    public let schema: JSONValue
    /// Reads a value and notes every problem on the way. nil where there was one that leaves no value.
    public let read: @Sendable (PlanNode, inout [HomeportError]) -> Value?

    public init(schema: JSONValue, read: @escaping @Sendable (PlanNode, inout [HomeportError]) -> Value?) {
        self.schema = schema
        self.read = read
    }

    /// A word that is written as text and says itself what is wrong with it.
    public init(
        schema: JSONValue = ["type": "string"],
        parsing parse: @escaping @Sendable (String) throws(HomeportError) -> Value
    ) {
        self.init(schema: schema) { (node: PlanNode, problems: inout [HomeportError]) -> Value? in
            do throws(HomeportError) {
                let text = try node.text()
                do throws(HomeportError) { return try parse(text) } catch {
                    throw node.wrong(error.what, fix: error.fix)
                }
            } catch {
                problems.append(error)
                return nil
            }
        }
    }
}

extension PlanWord {
    /// A mapping with keys of its own.
    /// - Parameter start: What it is where no key says otherwise.
    public init(_ section: PlanSection<Value>, from start: Value) {
        self.init(schema: section.schema) { node, problems in
            var value = start
            section.read(node, into: &value, problems: &problems)
            return value
        }
    }
}

extension PlanWord where Value == String {
    public static let text = PlanWord { (text) throws(HomeportError) in text }
}

extension PlanWord where Value == Bool {
    /// `true` or `false`. YAML's `yes`, `no`, `on` and `off` are refused: half its parsers read them as text.
    public static let bool = PlanWord(schema: ["type": "boolean"]) { (text) throws(HomeportError) in
        try Bool(parsing: text)
    }
}

extension Bool {
    /// Reads `true` and `false`, and nothing else.
    /// - Throws: ``HomeportError`` with code `value.malformed`, saying which of the two a word like `yes` may have meant.
    public init(parsing text: String) throws(HomeportError) {
        switch text {
        case "true": self = true
        case "false": self = false
        default:
            let meant = ["yes": "true", "on": "true", "no": "false", "off": "false"][text.lowercased()]
            throw HomeportError(
                .badValue,
                "\"\(text)\" is neither true nor false",
                fix: "write \(meant ?? "true or false")"
            )
        }
    }
}

extension PlanWord where Value == ByteCount {
    public static let bytes = PlanWord(schema: ["type": "string", "examples": ["256MB", "64KiB"]]) {
        (text) throws(HomeportError) in try ByteCount(parsing: text)
    }
}

extension PlanWord where Value == Duration {
    public static let duration = PlanWord(schema: ["type": "string", "examples": ["80ms", "1.5s"]]) {
        (text) throws(HomeportError) in try Duration(parsing: text)
    }
}

extension PlanWord where Value == ServiceName {
    public static let name = PlanWord(schema: ["type": "string", "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"]) {
        (text) throws(HomeportError) in try ServiceName(parsing: text)
    }
}

extension PlanWord {
    /// One value, or a list of them.
    public static func oneOrMore<Element>(_ word: PlanWord<Element>) -> PlanWord<[Element]>
    where Value == [Element] {
        PlanWord<[Element]>(schema: ["anyOf": [word.schema, ["type": "array", "items": word.schema]]]) {
            node,
            problems in
            guard node.isList, let items = note(&problems, node.list) else {
                return word.read(node, &problems).map { [$0] }
            }
            return items.compactMap { word.read($0, &problems) }
        }
    }

    /// Free names with values of one kind, in the order written.
    public static func table<Element>(of word: PlanWord<Element>) -> PlanWord<[TableEntry<Element>]>
    where Value == [TableEntry<Element>] {
        PlanWord<[TableEntry<Element>]>(schema: ["type": "object", "additionalProperties": word.schema]) {
            node,
            problems in
            note(&problems, node.mapping)?.compactMap { key, value in
                word.read(value, &problems).map { TableEntry(name: key, value: $0) }
            }
        }
    }

    private static func note<Result>(
        _ problems: inout [HomeportError],
        _ read: () throws(HomeportError) -> Result
    ) -> Result? {
        do throws(HomeportError) { return try read() } catch {
            problems.append(error)
            return nil
        }
    }
}

/// One line of a table in a plan: a name that the plan's author chose, and its value.
public struct TableEntry<Value: Sendable>: Sendable {
    public var name: String
    public var value: Value

    public init(name: String, value: Value) {
        self.name = name
        self.value = value
    }
}

extension TableEntry: Equatable where Value: Equatable {}
