import HomeportCore
import Testing

@Suite struct PlanSectionTests {
    struct Part: Sendable, Equatable {
        var folder = ""
        var live = false
        var size = ByteCount(bytes: 0)
        var wait = Duration.zero
        var names: [String] = []
        var headers: [TableEntry<String>] = []
        var name: ServiceName?
    }

    struct Whole: Sendable { var part = Part() }

    private static let section = PlanSection<Part>(
        keys: [
            PlanKey("folder", .text, to: \.folder, required: true, example: "./public", "The folder."),
            PlanKey("live", .bool, to: \.live, example: "true", "Whether it reloads."),
            PlanKey("max_upload", .bytes, to: \.size, example: "100MB", "The largest file."),
            PlanKey("wait", .duration, to: \.wait, example: "80ms", "How long."),
            PlanKey("index", .oneOrMore(.text), to: \.names, example: "index.html", "The index."),
            PlanKey("headers", .table(of: .text), to: \.headers, example: "{ X: y }", "Fields."),
        ],
        later: ["mock"]
    )

    private func read(_ text: String) throws -> (part: Part, problems: [HomeportError]) {
        var (part, problems) = (Part(), [HomeportError]())
        Self.section.read(try PlanNode(parsing: text, file: "p.yaml"), into: &part, problems: &problems)
        return (part, problems)
    }

    private func only(_ text: String, _ location: SourceLocation = #_sourceLocation) throws -> HomeportError {
        let problems = try read(text).problems
        #expect(problems.count == 1, sourceLocation: location)
        return try #require(problems.first, sourceLocation: location)
    }

    @Test func everyKindOfValueIsRead() throws {
        let (part, problems) = try read(
            "folder: ./x\nlive: true\nmax_upload: 5MB\nwait: 80ms\nindex: [a, b]\nheaders: { X-A: '1', X-B: 2 }"
        )
        #expect(problems.isEmpty)
        #expect(part.folder == "./x" && part.live && part.size.bytes == 5_000_000 && part.wait == .milliseconds(80))
        #expect(part.names == ["a", "b"])
        #expect(part.headers == [TableEntry(name: "X-A", value: "1"), TableEntry(name: "X-B", value: "2")])
        #expect(try read("folder: x\nindex: one").part.names == ["one"])
    }

    @Test func anUnknownKeyGetsTheNearestOneWithAnExample() throws {
        let error = try only("folder: x\nmax_uplaod: 5MB")
        #expect(error.what == "max_uplaod is no key here")
        #expect(error.subject == "p.yaml:2:1 (max_uplaod)")
        #expect(error.fix == "did you mean max_upload? as in max_upload: 100MB")
        #expect(error.code == .planKey)
    }

    @Test func aKeyThatIsLikeNoneGetsTheList() throws {
        let error = try only("folder: x\nzzz: 1")
        #expect(error.fix == "known: folder, live, max_upload, wait, index, headers")
    }

    @Test func aLaterKeyIsNoSlip() throws {
        let error = try only("folder: x\nmock: {}")
        #expect(error.code == .planLater)
        #expect(error.what == "mock is not in this version of Homeport")
        #expect(error.fix == "remove it")
    }

    @Test func aMissingKeyIsAskedFor() throws {
        let error = try only("live: true")
        #expect(error.what == "folder is missing")
        #expect(error.fix == "add folder: ./public")
        #expect(error.subject == "p.yaml:1:1")
    }

    @Test(arguments: [
        ("yes", "write true"), ("no", "write false"), ("ON", "write true"), ("off", "write false"),
        ("1", "write true or false"), ("True", "write true or false"),
    ])
    func whatIsTrueOrFalseIsWrittenSo(text: String, fix: String) throws {
        let error = try only("folder: x\nlive: \(text)")
        #expect(error.what == "\"\(text)\" is neither true nor false")
        #expect(error.fix == fix)
        #expect(error.subject == "p.yaml:2:1 (live)")
    }

    @Test func aBareNumberWhereAUnitIsNeededSaysWhichUnits() throws {
        #expect(try only("folder: x\nwait: 80").what == "\"80\" is not a duration: the unit is missing")
        #expect(try only("folder: x\nmax_upload: 5mb").fix?.hasPrefix("write 5MB") == true)
    }

    @Test func aWrongShapeGetsTheKeysExample() throws {
        let error = try only("folder: [a, b]")
        #expect(error.what == "a single value is needed here, not a list")
        #expect(error.fix == "write it as in folder: ./public")
        #expect(try only("folder:").what == "the value is missing")
        #expect(try only("folder: x\nheaders: text").fix == "write it as in headers: { X: y }")
        let inList = try only("folder: x\nindex: [a, {b: c}, d]")
        #expect(inList.subject == "p.yaml:2:12 (index.2)")
    }

    @Test func everyProblemIsNotedAndNotOnlyTheFirst() throws {
        let problems = try read("live: maybe\nwait: 80\nfoldr: x\nindex: [[1], [2]]").problems
        #expect(problems.count == 6)
        #expect(problems.allSatisfy { $0.fix != nil && $0.subject != nil && $0.code.blame == .words })
    }

    @Test func whatIsNoMappingIsOneProblem() throws {
        #expect(try only("- a").what == "a mapping (key: value) is needed here, not a list")
    }

    @Test func aMergeKeyIsNoKey() throws {
        #expect(try read("folder: x\n<<: { live: true }").problems.first?.what == "<< is no key here")
    }

    @Test func aKeyCanBeLiftedIntoALargerValue() throws {
        let section = PlanSection<Whole>(keys: Self.section.keys.map { $0.lifted(to: \.part) })
        var (whole, problems) = (Whole(), [HomeportError]())
        section.read(try PlanNode(parsing: "folder: y", file: "p"), into: &whole, problems: &problems)
        #expect(problems.isEmpty && whole.part.folder == "y")
    }

    @Test func aNameIsAServiceName() throws {
        let section = PlanSection<ServiceName>(keys: [
            PlanKey("name", .name, to: \.self, example: "shop", "The name.")
        ])
        var (name, problems) = (ServiceName(madeFrom: "x"), [HomeportError]())
        section.read(try PlanNode(parsing: "name: My Shop", file: "p"), into: &name, problems: &problems)
        #expect(problems.first?.fix == "write my-shop")
        #expect(name.text == "x")
    }

    @Test func theSchemaSaysTheSame() throws {
        guard case .object(let schema) = Self.section.schema, case .object(let keys)? = schema["properties"] else {
            Issue.record("the schema is no object")
            return
        }
        #expect(Set(keys.keys) == ["folder", "live", "max_upload", "wait", "index", "headers"])
        #expect(schema["required"] == ["folder"])
        #expect(schema["additionalProperties"] == false)
        #expect(keys["live"] == ["type": "boolean", "description": "Whether it reloads."])
    }
}
