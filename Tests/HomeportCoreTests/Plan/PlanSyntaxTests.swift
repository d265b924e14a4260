import HomeportCore
import LiveTestSupport
import Testing

/// What YAML itself refuses, and what a person reads then.
@Suite(.timeLimit(.minutes(1))) struct PlanSyntaxTests {
    private func error(_ text: String, _ location: SourceLocation = #_sourceLocation) throws -> HomeportError {
        try problem(sourceLocation: location) { try PlanNode(parsing: text, file: "homeport.yaml") }
    }

    @Test func anAddressWithBracketsWantsQuotes() throws {
        let error = try error("services:\n  db: { to: [::1]:5432 }\n")
        #expect(error.code == .planSyntax)
        #expect(error.subject?.hasPrefix("homeport.yaml:2:") == true)
        #expect(error.fix == "put quotes around an address with brackets, as in to: \"[::1]:5432\"")
        #expect(try self.error("services:\n  db:\n    to: [::1]:5432\n    x: 1\n").fix == error.fix)
    }

    @Test func aByteOrderMarkIsNoPartOfThePlan() throws {
        let plan = try PlanNode(parsing: "\u{FEFF}name: shop\nservices: {}\n", file: "homeport.yaml")
        #expect(try plan.at("name")?.text() == "shop")
    }

    @Test func aTabIsNoIndentation() throws {
        let error = try error("services:\n\tapi:\n\t\tfolder: .\n")
        #expect(error.subject?.hasPrefix("homeport.yaml:2:") == true)
        #expect(error.fix == "indent with spaces; YAML takes no tabs")
    }

    @Test(arguments: ["a: *.js", "a: %x", "a: @x", "a: `x`", "a: b: c", "a: &"])
    func aSignThatYAMLKeepsForItselfWantsQuotes(text: String) throws {
        let error = try error(text)
        #expect(error.fix?.contains("quotes") == true)
        #expect(error.subject?.hasPrefix("homeport.yaml:") == true)
    }

    @Test func anAliasOfNothingIsNamed() throws {
        let error = try error("a: *nobody")
        #expect(error.what.contains("undefined alias"))
        #expect(error.fix == "put quotes around a value that begins with *")
    }

    @Test func aSecondDocumentIsOneTooMany() throws {
        let error = try error("name: a\n---\nname: b\n")
        #expect(error.fix == "a plan is one document: remove the line with ---")
    }

    @Test func theSameNameTwiceNamesBothLines() throws {
        let error = try error(
            "name: x\nservices:\n  site:\n    folder: a\n  other:\n    folder: b\n  site:\n    folder: c\n"
        )
        #expect(error.code == .planDuplicate)
        #expect(error.what == "the same name twice: site")
        #expect(error.subject == "homeport.yaml:7")
        #expect(error.fix == "line 3 has it, too; rename or remove one of them")
    }

    @Test func theSameNameElsewhereIsNotTheSecondOne() throws {
        let error = try error("services:\n  a: { folder: x }\n  a: { folder: y }\nlinks:\n  a: { folder: z }\n")
        #expect(error.subject == "homeport.yaml:3")
        let inOneLine = try self.error("services: { a: 1, b: 2, a: 3 }")
        #expect(inOneLine.subject == "homeport.yaml:1")
        #expect(inOneLine.fix == "rename or remove one of them")
        #expect(try self.error("\"a\": 1\n'b': 2\n\"a\": 3\n").subject == "homeport.yaml:3")
    }

    @Test func controlCharactersAreNoPlainText() throws {
        let error = try error("name: a\nother: b\0c\n")
        #expect(error.subject == "homeport.yaml:2")
        #expect(error.fix == "save the file as plain text in UTF-8")
        #expect(!error.description.contains("\0"))
    }

    @Test func morethanAMebibyteIsRefusedBeforeItIsRead() throws {
        let comment = "#" + String(repeating: "x", count: PlanNode.largestText - 9)
        #expect(try PlanNode(parsing: "name: a\n" + comment, file: "x").at("name")?.text() == "a")
        #expect(try error("name: a\n" + comment + "yy").what == "the plan has more than 1 MiB")
    }

    // MARK: Texts that are short and cost much

    /// A text that is told by its recipe, since it is too long to print.
    struct Recipe: Sendable, CustomTestStringConvertible {
        var start = ""
        var piece: String
        var count: Int
        var end = ""

        var text: String { start + String(repeating: piece, count: count) + end }
        var testDescription: String { "\(start.debugDescription) + \(count) × \(piece.debugDescription)" }
    }

    @Test(arguments: [
        Recipe(piece: "[", count: 10_000),
        Recipe(piece: "[", count: 10_000, end: String(repeating: "]", count: 10_000)),
        Recipe(piece: "{a: ", count: 10_000), Recipe(piece: "- ", count: 100_000), Recipe(piece: "? ", count: 10_000),
        Recipe(start: "a: ", piece: "[", count: 500_000), Recipe(piece: "a: &a [", count: 10_000),
        Recipe(piece: "- - ? - ", count: 50_000),
    ])
    func deepNestingIsRefused(recipe: Recipe) throws {
        #expect(try error(recipe.text).code == .planSyntax)
    }

    @Test func nestingThatPeopleWriteIsNone() throws {
        let text = String(repeating: "[", count: 200) + "x" + String(repeating: "]", count: 200)
        #expect(try PlanNode(parsing: text, file: "x").isList)
    }

    /// Thirty lines that would be a billion values.
    private static let bomb = (1...30).reduce("a0: &a0 [x, x]\n") {
        $0 + "a\($1): &a\($1) [*a\($1 - 1), *a\($1 - 1)]\n"
    }

    @Test func aBombOfAliasesIsNotExpanded() throws {
        let root = try PlanNode(parsing: Self.bomb, file: "x")
        #expect(try root.at("a30")?.list().count == 2)
    }

    @Test(arguments: [
        "*a30 : 1", "? *a30\n: 1", "k: { *a30 : 1 }", "k: { *a30:1 }", "k: [*a30 : 1]", "k: [*a30:1]", "[*a30]: 1",
        "? [*a30, *a30]\n: 1", "k: { [*a30]: 1 }", "k: { ? *a30 }", "? {a: *a30}\n: 1", "k: !<x> { *a30 : 1 }",
    ])
    func aBombIsNoKey(line: String) throws {
        let error = try error(Self.bomb + line + "\n")
        #expect(error.code == .planSyntax)
        #expect(error.fix != nil)
    }

    @Test func aTagWithAStarHidesNoBomb() throws {
        #expect(try error("t: !a* x\n" + Self.bomb + "*a30 : 1\n").code == .planSyntax)
    }

    @Test func manyAliasesOfALongListHaveAnEnd() throws {
        let text =
            "a: &a [\(String(repeating: "x,", count: 200_000))]\n"
            + (0..<20_000).reduce(into: "") { $0 += "b\($1): *a\n" }
        let root = try PlanNode(parsing: text, file: "x")
        let error = try problem { for (_, value) in try root.mapping() { _ = try value.list() } }
        #expect(error.what.contains("too large"))
    }

    @Test(arguments: [
        Recipe(piece: "a", count: 1 << 20), Recipe(piece: "\n", count: 1 << 20),
        Recipe(piece: "a: b\n", count: 200_000),
        Recipe(piece: "'", count: 1 << 20), Recipe(piece: "\"\\u0041", count: 100_000),
        Recipe(piece: "a:\n ", count: 200_000), Recipe(piece: "!a ", count: 300_000),
        Recipe(piece: "&a ", count: 300_000), Recipe(piece: "*a ", count: 300_000),
        Recipe(start: String(repeating: "{", count: 900), piece: "x,", count: 100_000),
        Recipe(piece: "\u{2028}", count: 300_000), Recipe(piece: "%YAML 1.1\n", count: 100_000),
        Recipe(start: "k: |\n", piece: " x\n", count: 300_000),
    ])
    func aMebibyteOfNonsenseEndsSoon(recipe: Recipe) {
        let text = recipe.text
        let took = ContinuousClock().measure { _ = try? PlanNode(parsing: text, file: "x") }
        #expect(took < .seconds(15))
    }

    @Test func noRandomTextTrapsTheReader() {
        var random = Seeded(7)
        let pieces = [
            "a", ":", " ", "\n", "- ", "[", "]", "{", "}", "&x ", "*x", "\"", "'", "|", ">", "#", "!", "%", "? ", ",",
            "\t", "\u{FEFF}", "é", "\\", "~", "---\n", "...\n", "\r\n", "<<", "@",
        ]
        for _ in 0..<3000 {
            let text = (0..<Int(random.next() % 30)).reduce(into: "") { text, _ in
                text += pieces[Int(random.next() % UInt64(pieces.count))]
            }
            do throws(HomeportError) {
                let root = try PlanNode(parsing: text, file: "x")
                _ = try? root.mapping()
                _ = try? root.list()
                _ = try? root.text()
            } catch {
                #expect(error.code == .planSyntax || error.code == .planDuplicate)
                #expect(error.subject?.hasPrefix("x") == true)
                #expect(error.fix != nil)
            }
        }
    }
}
