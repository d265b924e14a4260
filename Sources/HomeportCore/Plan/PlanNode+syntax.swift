import Yams

/// What is said when a text is no YAML, or YAML that no plan needs.
extension PlanNode {
    static func syntaxError(_ error: any Error, file: String, text: String) -> HomeportError {
        if var error = error as? HomeportError {
            error.subject = "\(file):\(error.subject ?? "1")"
            return error
        }
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return HomeportError(
                .planSyntax,
                "the plan is not YAML: \(problem)",
                where: "\(file):\(mark.line):\(mark.column)",
                fix: trap(problem, in: lines(of: text), line: mark.line)
            )
        case .reader(let problem, let offset, _, _):
            let line = offset.map { lines(of: String(text.prefix($0 + 1))).count } ?? 1
            return HomeportError(
                .planSyntax,
                "the plan is not YAML: \(problem)",
                where: "\(file):\(line)",
                fix: "save the file as plain text in UTF-8"
            )
        case .duplicatedKeysInMapping(let keys, let context):
            return duplicate(keys.sorted(), firstAt: context.mark, file: file, lines: lines(of: text))
        default:
            return HomeportError(
                .planSyntax,
                "the plan is not YAML",
                where: file,
                fix: "save it as plain text in UTF-8"
            )
        }
    }

    private static func duplicate(_ keys: [String], firstAt mark: Mark, file: String, lines: [Substring])
        -> HomeportError
    {
        // The second one stands in the same column, unless both are in one line.
        let second = lines.indices.dropFirst(mark.line).first { index in
            let rest = lines[index].dropFirst(mark.column - 1)
            return keys.contains { key in ["", "\"", "'"].contains { rest.hasPrefix("\($0)\(key)\($0):") } }
        }
        return HomeportError(
            .planDuplicate,
            "the same name twice: \(keys.joined(separator: ", "))",
            where: "\(file):\(second.map { $0 + 1 } ?? mark.line)",
            fix: (second == nil ? "" : "line \(mark.line) has it, too; ") + "rename or remove one of them"
        )
    }

    /// What people most often trip over on a line that YAML refuses.
    private static func trap(_ problem: String, in lines: [Substring], line: Int) -> String {
        let near = lines.indices.contains(line - 1) ? lines[line - 1] : ""
        if problem.contains("another document") { return "a plan is one document: remove the line with ---" }
        if problem.contains("undefined alias") { return "put quotes around a value that begins with *" }
        if near.contains("[") { return "put quotes around an address with brackets, as in to: \"[::1]:5432\"" }
        if near.contains("\t") { return "indent with spaces; YAML takes no tabs" }
        if ["%", "*", "&", "@", "`", ": "].contains(where: { near.contains($0) }) {
            return "put quotes around the value"
        }
        return "check the indentation and the quotes around this line"
    }

    /// A line break of Windows is one character to Swift, and not the same as `\n`.
    private static func lines(of text: String) -> [Substring] {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    }

    // MARK: Aliases

    /// Yams hashes all keys to find equal ones. A key that is an alias of aliases of aliases has billions of parts, and
    /// that takes years. So a text with aliases is first composed with a mark in place of each `*`, where nothing is
    /// expanded, and refused if a key is more than a word. As values, aliases stay what they are: a few shared nodes.
    static func refuseAliasesAsKeys(in text: String) throws {
        guard text.contains("*") else { return }
        let marked = String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "*" ? alias : $0 }))
        guard let root = try Yams.compose(yaml: marked) else { return }
        try refuseAliases(in: root)
    }

    /// From the private use area, which nobody's plan uses.
    private static let alias: Unicode.Scalar = "\u{F8FE}"

    private static func refuseAliases(in node: Yams.Node) throws {
        switch node {
        case .scalar(let scalar):
            // `*name:value` inside brackets is a key and a value.
            if isAlias(scalar), scalar.string.contains(":") { throw aliasAsKey(at: scalar.mark) }
        case .sequence(let items):
            for item in items { try refuseAliases(in: item) }
        case .mapping(let pairs):
            for (key, value) in pairs {
                guard case .scalar(let name) = key, !isAlias(name) else { throw aliasAsKey(at: key.mark) }
                try refuseAliases(in: value)
            }
        case .alias: break
        }
    }

    private static func isAlias(_ scalar: Yams.Node.Scalar) -> Bool {
        scalar.style == .plain && scalar.string.unicodeScalars.first == alias
    }

    private static func aliasAsKey(at mark: Mark?) -> HomeportError {
        HomeportError(
            .planSyntax,
            "a key must be a single word, not an alias or a list",
            where: mark.map { "\($0.line):\($0.column)" },
            fix: "write the key itself; as values, aliases are fine"
        )
    }
}
