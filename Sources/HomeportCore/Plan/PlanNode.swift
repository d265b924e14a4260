import Yams

/// One value in a plan's text, with the place where it stands.
///
///     let plan = try PlanNode(parsing: "name: shop", file: "homeport.yaml")
///     try plan.at("name")?.text()         // "shop"
///     plan.at("name")?.place              // "homeport.yaml:1:1 (name)"
///
/// A plan is read in two steps. Yams turns the text into a tree; sections then ask nodes of the tree for values, and
/// every answer that is not as it should be names file, line, column and key. Nothing is guessed from YAML's own types:
/// what a person typed is what a word gets to read, so that `no` can be a name and `0x10` is never silently 16.
public struct PlanNode {
    let yaml: Yams.Node
    let file: String
    /// The keys that lead here: `services`, `api`, `folder`.
    public let path: [String]
    private let line: Int
    private let column: Int
    private let budget: Budget
    private let paths: @Sendable (String) -> String

    /// The largest plan that is read, in bytes. Ten thousand services fit.
    public static let largestText = 1 << 20

    /// - Parameters:
    ///   - file: What errors call the text's place; it is not opened.
    ///   - absolute: What a path in the text is from anywhere.
    /// - Throws: ``HomeportError`` with code `plan.syntax`, the parser's line and a hint at YAML's known traps; or with
    ///   `plan.duplicate`.
    public init(
        parsing text: String,
        file: String,
        absolute: @escaping @Sendable (String) -> String = { $0 }
    ) throws(HomeportError) {
        guard text.utf8.count <= Self.largestText else {
            throw HomeportError(.planSyntax, "the plan has more than 1 MiB", where: file, fix: "split it")
        }
        let root: Yams.Node?
        do {
            // Editors on Windows begin a file with a byte order mark; YAML allows it, and libyaml does not everywhere.
            let text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
            try Self.refuseAliasesAsKeys(in: text)
            root = try Yams.compose(yaml: text)
        } catch { throw Self.syntaxError(error, file: file, text: text) }
        guard let root else {
            throw HomeportError(.planSyntax, "the plan is empty", where: file, fix: "write services: with one below it")
        }
        self.init(yaml: root, file: file, path: [], mark: root.mark, budget: Budget(), paths: absolute)
    }

    private init(
        yaml: Yams.Node,
        file: String,
        path: [String],
        mark: Mark?,
        budget: Budget,
        paths: @escaping @Sendable (String) -> String
    ) {
        self.yaml = yaml
        self.file = file
        self.path = path
        self.budget = budget
        self.paths = paths
        line = mark?.line ?? 1
        column = mark?.column ?? 1
    }

    /// `homeport.yaml:4:9 (services.api.folder)`.
    public var place: String {
        "\(file):\(line):\(column)" + (path.isEmpty ? "" : " (\(path.joined(separator: ".")))")
    }

    /// Problems of one text in the order of their places in it: as a person goes through it to mend them.
    public static func inOrder(_ problems: [HomeportError], of file: String) -> [HomeportError] {
        func place(_ problem: HomeportError) -> [Int] {
            guard let subject = problem.subject, subject.hasPrefix(file + ":") else { return [] }
            return subject.dropFirst(file.count + 1).split(separator: ":", maxSplits: 2).prefix(2).map {
                Int($0.prefix { $0.isNumber }) ?? 0
            }
        }
        return problems.enumerated()
            .sorted { a, b in
                let (one, other) = (place(a.element) + [a.offset], place(b.element) + [b.offset])
                return one.lexicographicallyPrecedes(other)
            }
            .map(\.element)
    }

    /// A path of the text, as it is from anywhere.
    public func absolute(_ path: String) -> String { paths(path) }

    /// The text of a plain value. Lists, mappings and nothing at all are errors.
    public func text() throws(HomeportError) -> String {
        guard case .scalar(let scalar) = yaml else { throw wrong("a single value is needed here, not \(shape)") }
        guard !isNothing else { throw wrong("the value is missing") }
        return scalar.string
    }

    /// Whether the value was left out: `api:` with nothing behind it, or `null`.
    public var isNothing: Bool {
        guard case .scalar(let scalar) = yaml, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null"].contains(scalar.string)
    }

    /// Whether it has keys of its own.
    public var isMapping: Bool { if case .mapping = yaml { true } else { false } }
    /// Whether it is written with `-` or `[ ]`.
    public var isList: Bool { if case .sequence = yaml { true } else { false } }

    /// The items of a list; the first has `1` in its ``path``.
    public func list() throws(HomeportError) -> [PlanNode] {
        guard case .sequence(let items) = yaml else { throw wrong("a list is needed here, not \(shape)") }
        try spend(items.count)
        return items.enumerated().map { index, item in
            PlanNode(
                yaml: item,
                file: file,
                path: path + ["\(index + 1)"],
                mark: item.mark,
                budget: budget,
                paths: paths
            )
        }
    }

    /// The entries in the order in which they were written. Each value's place is its key's, where a reader looks.
    public func mapping() throws(HomeportError) -> [(key: String, value: PlanNode)] {
        guard case .mapping(let pairs) = yaml else {
            throw wrong(
                "a mapping (key: value) is needed here, not \(shape)",
                fix: path.isEmpty ? "begin with services: and one service below it" : nil
            )
        }
        try spend(pairs.count)
        var entries: [(key: String, value: PlanNode)] = []
        for (key, value) in pairs {
            guard case .scalar(let name) = key else {
                throw wrong("a key must be a single word, not \(Self.shape(of: key))", fix: "write key: value")
            }
            let mark = key.mark ?? value.mark
            let node = PlanNode(
                yaml: value,
                file: file,
                path: path + [name.string],
                mark: mark,
                budget: budget,
                paths: paths
            )
            entries.append((name.string, node))
        }
        return entries
    }

    /// What stands below these keys; nil where there is nothing.
    public func at(_ keys: String...) -> PlanNode? {
        var node: PlanNode? = self
        for key in keys { node = (try? node?.mapping())?.first { $0.key == key }?.value }
        return node
    }

    /// An error at this place.
    public func wrong(_ what: String, fix: String? = nil, code: HomeportError.Code = .planValue) -> HomeportError {
        HomeportError(code, what, where: place, fix: fix)
    }

    private var shape: String { isNothing ? "nothing" : Self.shape(of: yaml) }

    private static func shape(of yaml: Yams.Node) -> String {
        switch yaml {
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        case .scalar: "a single value"
        }
    }

    // MARK: What a text may cost

    /// An alias stands for a whole list with two words, so that a short text can be a very long plan.
    private final class Budget {
        var nodes = 1_000_000
    }

    private func spend(_ nodes: Int) throws(HomeportError) {
        budget.nodes -= nodes
        if budget.nodes < 0 { throw wrong("with its aliases (*name) written out, the plan is too large") }
    }
}

extension HomeportError.Code {
    /// The text is not YAML.
    public static let planSyntax = Self("plan.syntax", .words)
    /// A key that this place does not know.
    public static let planKey = Self("plan.key", .words)
    /// A value that is not as its key needs it.
    public static let planValue = Self("plan.value", .words)
    /// The same name twice.
    public static let planDuplicate = Self("plan.duplicate", .words)
    /// Something that a later version will have.
    public static let planLater = Self("plan.later", .words)
}
