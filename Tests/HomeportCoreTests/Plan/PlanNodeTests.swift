import HomeportCore
import Testing

@Suite struct PlanNodeTests {
    private func node(_ text: String) throws -> PlanNode { try PlanNode(parsing: text, file: "homeport.yaml") }

    private static let small = """
        name: shop
        services:
          api:
            folder: ./public
            index: [index.html, "no"]
        """

    @Test func everyValueKnowsWhereItStands() throws {
        let root = try node(Self.small)
        #expect(root.place == "homeport.yaml:1:1")
        #expect(root.at("services", "api", "folder")?.place == "homeport.yaml:4:5 (services.api.folder)")
        let items = try #require(root.at("services", "api", "index")).list()
        #expect(
            items.map(\.place) == [
                "homeport.yaml:5:13 (services.api.index.1)", "homeport.yaml:5:25 (services.api.index.2)",
            ]
        )
        #expect(root.at("services", "web", "folder") == nil)
        #expect(root.at("name", "x") == nil)
    }

    @Test func aWordIsReadAsItWasTyped() throws {
        let root = try node(
            "a: no\nb: 0x10\nc: 1.50\nd: 'true'\ne: 2024-01-01\nf: ~\ng: 'null'\nh:\ni: !!int 7\nj: 010"
        )
        for (key, text) in [
            "a": "no", "b": "0x10", "c": "1.50", "d": "true", "e": "2024-01-01", "g": "null", "i": "7", "j": "010",
        ] {
            #expect(try root.at(key)?.text() == text)
        }
        for key in ["f", "h"] {
            #expect(root.at(key)?.isNothing == true)
            #expect(try problem { try root.at(key)?.text() }.what == "the value is missing")
        }
    }

    @Test func theKeysKeepTheirOrder() throws {
        #expect(try node("z: 1\na: 2\nm: 3").mapping().map(\.key) == ["z", "a", "m"])
    }

    @Test func aWrongShapeIsNamed() throws {
        let root = try node("list: [1]\nmap: {a: 1}\none: x\nnone:")
        #expect(try problem { try root.at("list")?.text() }.what == "a single value is needed here, not a list")
        #expect(try problem { try root.at("map")?.list() }.what == "a list is needed here, not a mapping")
        #expect(
            try problem { try root.at("one")?.mapping() }.what
                == "a mapping (key: value) is needed here, not a single value"
        )
        #expect(
            try problem { try root.at("none")?.mapping() }.what == "a mapping (key: value) is needed here, not nothing"
        )
        #expect(try problem { try root.at("one")?.list() }.subject == "homeport.yaml:3:1 (one)")
        #expect(root.at("list")?.isList == true && root.at("map")?.isMapping == true)
    }

    @Test(arguments: ["- a\n- b", "just text", "---\n"])
    func aPlanThatIsNoMappingSaysHowToBegin(text: String) throws {
        let error = try problem { try node(text).mapping() }
        #expect(error.fix == "begin with services: and one service below it")
    }

    @Test(arguments: ["", "   \n\n", "# only a comment\n", "\u{FEFF}"])
    func anEmptyPlanIsAnError(text: String) throws {
        let error = try problem { try node(text) }
        #expect(error.what == "the plan is empty")
        #expect(error.subject == "homeport.yaml")
        #expect(error.code == .planSyntax)
    }

    @Test func aByteOrderMarkIsNoPartOfTheFirstKey() throws {
        #expect(try node("\u{FEFF}name: shop").at("name")?.text() == "shop")
    }

    @Test func linesThatEndAsOnWindowsAreLines() throws {
        let root = try node(Self.small.replacing("\n", with: "\r\n"))
        #expect(root.at("services", "api", "folder")?.place == "homeport.yaml:4:5 (services.api.folder)")
        #expect(try root.at("services", "api", "folder")?.text() == "./public")
        let error = try problem { try node("services:\r\n  a: 1\r\n  b: 2\r\n  a: 3\r\n") }
        #expect(error.subject == "homeport.yaml:4")
        #expect(try problem { try node("a: 1\r\nb: [::1]:80\r\n") }.fix?.contains("\"[::1]:5432\"") == true)
    }

    @Test func anAnchorStandsForItsValue() throws {
        let root = try node("a: &shared { x: 1, y: [2] }\nb: *shared")
        #expect(try root.at("b", "x")?.text() == "1")
        #expect(root.at("b", "y")?.path == ["b", "y"])
    }
}
