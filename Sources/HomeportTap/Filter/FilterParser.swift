import HomeportCore

/// From a filter's text to its tree: words with their columns, then a descent by precedence.
///
///     or    = and { "or" and }
///     and   = not { ["and"] not }
///     not   = "not" not | "(" or ")" | test
///     test  = "is:" STATE | "has:" FIELD | "condition:" NAME | FIELD RELATION VALUE
struct FilterParser {
    private struct Token {
        enum Kind: Equatable {
            case word(String)
            case quoted(String)
            case relation(FilterTest.Relation)
            case open, close
        }

        var kind: Kind
        /// From 1.
        var column: Int
    }

    private static let mostBytes = 4096
    private static let mostDepth = 100

    private var tokens: [Token] = []
    private var next = 0
    private let end: Int
    private var depth = 0

    init(_ text: String) throws(HomeportError) {
        end = text.count + 1
        guard text.utf8.count <= Self.mostBytes else {
            throw Self.error("the filter has more than \(Self.mostBytes) bytes", at: Self.mostBytes)
        }
        tokens = try Self.tokens(of: Array(text))
    }

    private static func error(_ what: String, at column: Int, fix: String? = nil) -> HomeportError {
        HomeportError(.filter, what, where: "column \(column)", fix: fix)
    }

    // MARK: Words

    private static func tokens(of text: [Character]) throws(HomeportError) -> [Token] {
        var tokens: [Token] = []
        var index = 0
        while index < text.count {
            let column = index + 1
            switch text[index] {
            case " ", "\t", "\n", "\r\n": index += 1
            case "(":
                tokens.append(Token(kind: .open, column: column))
                index += 1
            case ")":
                tokens.append(Token(kind: .close, column: column))
                index += 1
            case "\"":
                tokens.append(Token(kind: .quoted(try quoted(text, &index)), column: column))
            default:
                try refuseOtherLanguages(text, index)
                if let relation = relation(text, index) {
                    tokens.append(Token(kind: .relation(relation), column: column))
                    index += relation.rawValue.count
                    // What follows is a value, whatever is in it.
                    if let value = try value(text, &index) { tokens.append(value) }
                } else {
                    let start = index
                    while index < text.count, !" \t\n()\"".contains(text[index]), relation(text, index) == nil {
                        index += 1
                    }
                    tokens.append(Token(kind: .word(String(text[start..<index])), column: column))
                }
            }
        }
        return tokens
    }

    private static func relation(_ text: [Character], _ index: Int) -> FilterTest.Relation? {
        FilterTest.Relation.allCases.first { relation in
            let symbol = Array(relation.rawValue)
            return index + symbol.count <= text.count && text[index..<index + symbol.count].elementsEqual(symbol)
        }
    }

    /// How other languages have it, and what it is here.
    private static let otherSigns = ["&&": "and", "||": "or", "==": "=", "=~": "~", "<>": "!="]

    private static func refuseOtherLanguages(_ text: [Character], _ index: Int) throws(HomeportError) {
        for (sign, word) in otherSigns where text[index...].starts(with: sign) {
            throw error("\(sign) is written \(word)", at: index + 1, fix: "write \(word)")
        }
        if text[index...].starts(with: "->") {
            throw error(
                "-> is a part of a link's name",
                at: index + 1,
                fix: "quote the name with \", as in service=\"api -> db\""
            )
        }
        if text[index] == "!", relation(text, index) == nil {
            throw error("! is written not", at: index + 1, fix: "as in not is:complete")
        }
        if text[index] == "'" {
            throw error("a value is quoted with \"", at: index + 1, fix: "write it as in body~\"timed out\"")
        }
    }

    /// One that is not quoted, up to the next space or closing parenthesis.
    private static func value(_ text: [Character], _ index: inout Int) throws(HomeportError) -> Token? {
        while index < text.count, text[index] == " " { index += 1 }
        guard index < text.count, text[index] != "\"" else { return nil }
        let start = index
        if text[start] == "'" {
            throw error("a value is quoted with \"", at: start + 1, fix: "write it as in body~\"timed out\"")
        }
        while index < text.count, !" \t\n)".contains(text[index]) {
            for sign in ["&&", "||"] where text[index...].starts(with: sign) {
                let word = Self.otherSigns[sign] ?? ""
                throw error(
                    "\(sign) is written \(word)",
                    at: index + 1,
                    fix: "with spaces; if it is the value's own, quote that with \""
                )
            }
            index += 1
        }
        return start == index ? nil : Token(kind: .word(String(text[start..<index])), column: start + 1)
    }

    private static func quoted(_ text: [Character], _ index: inout Int) throws(HomeportError) -> String {
        let column = index + 1
        var words = ""
        index += 1
        while index < text.count {
            let one = text[index]
            index += 1
            if one == "\"" { return words }
            guard one == "\\" else {
                words.append(one)
                continue
            }
            guard index < text.count else { break }
            let escaped = text[index]
            index += 1
            words.append(escaped == "n" ? "\n" : escaped == "t" ? "\t" : escaped)
        }
        throw error("the quote has no end", at: column, fix: "add \" behind it")
    }

    // MARK: Tree

    /// - Returns: Nil for an empty filter.
    mutating func parse() throws(HomeportError) -> TapFilter.Node? {
        guard !tokens.isEmpty else { return nil }
        let node = try or()
        if next < tokens.count {
            throw Self.error("there is no ( for this )", at: tokens[next].column, fix: "leave it out")
        }
        return node
    }

    private var isOver: Bool { next >= tokens.count || tokens[next].kind == .close }

    private mutating func takes(_ word: String) -> Bool {
        guard next < tokens.count, case .word(let own) = tokens[next].kind, own.lowercased() == word else {
            return false
        }
        next += 1
        return true
    }

    private mutating func or() throws(HomeportError) -> TapFilter.Node {
        var all = [try and()]
        while takes("or") { all.append(try and()) }
        return all.count == 1 ? all[0] : .or(all)
    }

    private mutating func and() throws(HomeportError) -> TapFilter.Node {
        var all = [try not()]
        while true {
            if takes("and") {
                all.append(try not())
            } else if !isOver, tokens[next].kind != .word("or"), tokens[next].kind != .word("OR") {
                all.append(try not())
            } else {
                return all.count == 1 ? all[0] : .and(all)
            }
        }
    }

    private mutating func not() throws(HomeportError) -> TapFilter.Node {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.mostDepth else {
            throw Self.error("the filter is nested more than \(Self.mostDepth) deep", at: tokens[next].column)
        }
        if takes("not") { return .not(try not()) }
        guard next < tokens.count else {
            throw Self.error("a test is missing", at: end, fix: "write one, as in status>=500")
        }
        let token = tokens[next]
        guard token.kind == .open else { return .test(try test()) }
        next += 1
        let inner = try or()
        guard next < tokens.count, tokens[next].kind == .close else {
            throw Self.error("this ( has no )", at: token.column, fix: "add ) behind it")
        }
        next += 1
        return inner
    }

    // MARK: Tests

    private mutating func test() throws(HomeportError) -> FilterTest {
        let token = tokens[next]
        guard case .word(let word) = token.kind else {
            throw Self.error(
                token.kind == .close ? "a test is missing before this )" : "a test begins with a field",
                at: token.column,
                fix: "write one, as in status>=500"
            )
        }
        next += 1
        if word.hasPrefix("is:") { return try state(String(word.dropFirst(3)), at: token.column) }
        if word.hasPrefix("has:") {
            let name = String(word.dropFirst("has:".count))
            guard let field = FilterField(name.lowercased()) else { throw unknown(name, at: token.column + 4) }
            return FilterTest(field: field, relation: .equal, value: .anything)
        }
        if word.hasPrefix("condition:") {
            let name = String(word.dropFirst("condition:".count))
            guard !name.isEmpty else {
                throw Self.error("the condition's name is missing", at: token.column, fix: "as in condition:latency")
            }
            return FilterTest(field: .condition, relation: .equal, value: .text(TextPattern(name, isPartOf: false)))
        }
        guard let field = FilterField(word.lowercased()) else { throw unknown(word, at: token.column) }
        guard next < tokens.count, case .relation(let relation) = tokens[next].kind else {
            let column = next < tokens.count ? tokens[next].column : end
            let example = FilterField.words.first { $0.word == word.lowercased() }?.example ?? "\(word)=value"
            throw Self.error("\(word) is compared with nothing", at: column, fix: "write it as in \(example)")
        }
        let place = tokens[next].column
        next += 1
        let text: String
        let column: Int
        switch next < tokens.count ? tokens[next].kind : .close {
        case .word(let value), .quoted(let value): (text, column) = (value, tokens[next].column)
        default: throw Self.error("a value is missing", at: place + relation.rawValue.count, fix: "write one behind it")
        }
        next += 1
        return FilterTest(field: field, relation: relation, value: try value(text, field, relation, at: column))
    }

    private func unknown(_ word: String, at column: Int) -> HomeportError {
        let fields = FilterField.words.map(\.word)
        let fix = Spelling.nearest(to: word, among: fields).map { "did you mean \($0)?" }
        let known = fields + ["header.NAME", "request.header.NAME", "response.header.NAME"]
        let states = FilterTest.State.allCases.map { "is:\($0.rawValue)" } + ["has:FIELD", "condition:NAME"]
        return Self.error(
            "\(word.harmless) is no field",
            at: column,
            fix: fix ?? "known: \(known.joined(separator: ", ")); and \(states.joined(separator: ", "))"
        )
    }

    private func state(_ word: String, at column: Int) throws(HomeportError) -> FilterTest {
        guard let state = FilterTest.State(rawValue: word.lowercased()) else {
            let known = FilterTest.State.allCases.map(\.rawValue)
            let fix = Spelling.nearest(to: word, among: known).map { "did you mean is:\($0)?" }
            throw Self.error(
                "is:\(word.harmless) is no state",
                at: column,
                fix: fix ?? "known: \(known.map { "is:\($0)" }.joined(separator: ", "))"
            )
        }
        return FilterTest(field: .id, relation: .equal, value: .state(state))
    }

    private func value(
        _ text: String,
        _ field: FilterField,
        _ relation: FilterTest.Relation,
        at column: Int
    ) throws(HomeportError) -> FilterTest.Value {
        let isText = field.kind == .text
        if isText != [.equal, .isNot, .contains, .containsNot].contains(relation),
            isText || relation.rawValue.contains("~")
        {
            throw Self.error(
                isText
                    ? "text is not more or less than other text" : "a number contains nothing",
                at: column - relation.rawValue.count,
                fix: isText ? "use = or ~" : "use =, <, <=, > or >="
            )
        }
        do throws(HomeportError) {
            switch field.kind {
            case .text:
                if relation == .equal || relation == .isNot { try field.check(text) }
                return .text(TextPattern(text, isPartOf: relation == .contains || relation == .containsNot))
            case .time: return .number(exactly(Int64(clamping: try Duration(parsing: text).wholeNanoseconds)))
            case .size:
                if let bytes = Int64(text) { return .number(exactly(bytes)) }
                return .number(exactly(Int64(clamping: try ByteCount(parsing: text).bytes)))
            case .number: return .number(try number(text, field))
            }
        } catch {
            throw Self.error(error.what, at: column, fix: error.fix)
        }
    }

    private func exactly(_ number: Int64) -> ClosedRange<Int64> { number...number }

    /// `404`, `5xx`.
    private func number(_ text: String, _ field: FilterField) throws(HomeportError) -> ClosedRange<Int64> {
        if let number = Int64(text), number >= 0 { return number...number }
        if field == .status, text.count == 3, let hundreds = text.first?.wholeNumberValue,
            text.dropFirst().lowercased() == "xx"
        {
            return Int64(hundreds * 100)...Int64(hundreds * 100 + 99)
        }
        throw HomeportError(
            .badValue,
            "\"\(text.harmless)\" is none of its numbers",
            fix: field == .status ? "write it as in 404 or 5xx" : "write a whole number from 0"
        )
    }
}
