import HomeportCore
import HomeportServe
import LiveTestSupport
import Testing

@testable import HomeportRuntime

@Suite struct PlanReadingTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for name in ["public", "docs"] { try folder.folder(name) }
    }

    private func read(_ text: String) throws -> Plan {
        try Plan.read(text, file: "homeport.yaml", directory: folder.path).get()
    }

    private func problems(_ text: String) throws -> [HomeportError] {
        guard case .failure(let problems) = Plan.read(text, file: "homeport.yaml", directory: folder.path) else {
            return []
        }
        return problems.all
    }

    private func only(_ text: String, _ location: SourceLocation = #_sourceLocation) throws -> HomeportError {
        let problems = try problems(text)
        #expect(problems.count == 1, sourceLocation: location)
        return try #require(problems.first, sourceLocation: location)
    }

    @Test func aWholePlanIsRead() throws {
        let plan = try read(
            """
            name: shop
            services:
              site:
                folder: ./public
                default: true
                spa: true
                index: [main.html]
                headers: { X-Robots-Tag: noindex }
                max_upload: 5MB
              docs: { folder: docs, listing: false }
            """
        )
        #expect(plan.name.text == "shop")
        #expect(plan.file == "\(folder.path)/homeport.yaml")
        #expect(plan.services.map(\.name.text) == ["site", "docs"])
        #expect(plan.services.map(\.isDefault) == [true, false])
        #expect(plan.services.map(\.summary) == ["folder ./public", "folder docs"])
        guard case .folder(let site) = plan.services[0].kind else { return }
        #expect(site.spa && site.index == ["main.html"] && site.maxUpload.bytes == 5_000_000)
    }

    @Test func theNameIsTheFoldersUnlessTold() throws {
        #expect(
            try read("services: { a: { folder: public } }").name
                == ServiceName(madeFrom: "\(folder.path.split(separator: "/").last ?? "")")
        )
    }

    @Test(arguments: [
        ("./public", "/d/public"), ("public", "/d/public"), (".", "/d"), ("./", "/d"), ("././x", "/d/x"),
        ("../x", "/d/../x"),
        ("/abs", "/abs"), ("", "/d"),
    ])
    func pathsStartFromThePlansFolder(path: String, expected: String) {
        #expect(Plan(name: ServiceName(madeFrom: "x"), directory: "/d").absolute(path) == expected)
    }

    @Test func aTildeIsHome() {
        let plan = Plan(name: ServiceName(madeFrom: "x"), directory: "/d")
        #expect(plan.absolute("~") == StateDirectory.home)
        #expect(plan.absolute("~/site") == StateDirectory.home + "/site")
        #expect(plan.absolute("~other/site") == "/d/~other/site")
    }

    @Test func aMissingFolderNamesPathAndLine() throws {
        let error = try only("services:\n  site: { folder: ./gone }\n")
        #expect(error.what == "there is no folder \(folder.path)/gone")
        #expect(error.subject == "homeport.yaml:2:11 (services.site.folder)")
        #expect(error.fix == "create it with mkdir -p, or mend the path")
        try folder.write("file", "x")
        #expect(try only("services: { site: { folder: file } }").what.contains("is a file, not a folder"))
    }

    @Test func aSecondDefaultIsOneTooMany() throws {
        let error = try only(
            "services:\n  a: { folder: public, default: true }\n  b: { folder: docs, default: true }\n  c: { folder: docs }\n"
        )
        #expect(error.what == "b is a second default")
        #expect(error.subject?.hasPrefix("homeport.yaml:3:") == true)
    }

    @Test func theSameNameTwiceNamesIt() throws {
        let error = try only("services:\n  a: { folder: public }\n  a: { folder: docs }\n")
        #expect(error.code == .planDuplicate && error.what == "the same name twice: a")
    }

    @Test(arguments: ["mock: { status: 200 }", "mock: { echo: true }"])
    func aServiceOfALaterKindIsOneProblem(word: String) throws {
        let error = try only("services:\n  api: { \(word) }\n")
        #expect(error.code == .planLater)
        #expect(error.what.contains("not in this version of Homeport"))
    }

    @Test(arguments: [
        ("to: 3000, folder: public", "api is both folder and to"), ("to: 3000, spa: true", "spa is no key here"),
        ("to: 'http://10.0.0.1:80'", "http://10.0.0.1:80 is beyond this machine"),
        ("to: 'https://localhost:1'", "https is not"),
        ("to: 'udp://127.0.0.1:53'", "a service of UDP"), ("to: 'http://localhost:1/a'", "has a path"),
        ("to: 'tcp://127.0.0.1:1', default: true", "only a service of HTTP"), ("to: nowhere", "nowhere"),
    ])
    func upstreamsThatCannotBe(words: String, what: String) throws {
        let error = try only("services:\n  api: { \(words) }\n")
        #expect(error.what.contains(what) && error.fix != nil)
    }

    @Test(arguments: [("3000", "localhost:3000"), ("'http://127.0.0.1:80/'", "http://127.0.0.1:80")])
    func upstreamsAsTheyAreWritten(text: String, to: String) throws {
        let plan = try Plan.read("services:\n  api: { to: \(text) }\n", file: "homeport.yaml", directory: "/").get()
        #expect(plan.services[0].summary == "to \(to)")
        #expect(plan.services[0].speaksHTTP)
    }

    @Test(arguments: ["bus: 4222"])
    func aLaterKeyIsNoSlip(line: String) throws {
        let error = try only("services: { a: { folder: public } }\n\(line)\n")
        #expect(error.code == .planLater && error.fix == "remove it")
    }

    @Test(arguments: [
        ("services: { a: { folder: public, max_upload: 5 } }", "the unit is missing"),
        ("services: { a: { folder: public, spaa: true } }", "spaa is no key here"),
        ("services: { a: { folder: public, spa: yes } }", "neither true nor false"),
        ("services: { A_b: { folder: public } }", "is not a service name"),
        ("services: { homeport: { folder: public } }", "is reserved"),
        ("services: { a: {} }", "does not say what it is"),
        ("service: { a: { folder: public } }", "service is no key here"), ("services: {}", "there is no service"),
        ("services:", "a mapping (key: value) is needed here, not nothing"), ("name: shop", "there is no service"),
        ("name: My Shop\nservices: { a: { folder: public } }", "is not a service name"), ("", "the plan is empty"),
        ("services: [a]", "not a list"), ("services: { a: { folder: [x] } }", "a single value is needed here"),
    ])
    func everyMistakeSaysWhatWhereAndWhatToDo(text: String, what: String) throws {
        let problems = try problems(text)
        #expect(problems.contains { $0.what.contains(what) })
        #expect(problems.allSatisfy { $0.subject?.hasPrefix("homeport.yaml") == true && $0.fix != nil })
        #expect(problems.allSatisfy { $0.code.blame == .words })
    }

    @Test func aBarePathIsOfferedAsAMapping() throws {
        #expect(try only("services: { site: ./public }").fix == "write site: { folder: ./public }")
    }

    @Test func allProblemsAreSaidAtOnce() throws {
        #expect(
            try problems("services:\n  a: { foldr: x }\n  b: { folder: ./gone }\n  C: { folder: . }\nbus: 1\n").count
                == 4
        )
    }

    @Test(arguments: [
        ("rnu: npm start", "did you mean run?"), ("command: x", "did you mean run?"), ("url: 3000", "did you mean to?"),
        ("ready: /up", "add run: npm start"),
    ])
    func aServiceThatSaysNotWhatItIsIsOneProblem(words: String, fix: String) throws {
        #expect(try only("services: { a: { \(words) } }").fix == fix)
    }

    @Test func aBareCommandIsOfferedAsAProgram() throws {
        #expect(try only("services: { web: npm start }").fix == "write web: { run: npm start }")
    }

    @Test func theSchemaHasEveryKeyThatIsRead() throws {
        guard case .object(let schema) = Plan.schema, case .object(let keys)? = schema["properties"] else {
            Issue.record("the schema is no object")
            return
        }
        #expect(Set(keys.keys) == ["name", "services", "links", "toxiproxy", "tap", "access"])
        #expect(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema")
    }

    // MARK: Change

    @Test func aChangeIsToldServiceByService() throws {
        let old = try read("services:\n  a: { folder: public }\n  b: { folder: public }\n  c: { folder: public }\n")
        let new = try read("services:\n  d: { folder: docs }\n  c: { folder: public }\n  a: { folder: docs }\n")
        let change = PlanChange(from: old, to: new)
        #expect(
            change.added == ["d"] && change.removed == ["b"] && change.changed == ["a"] && change.unchanged == ["c"]
        )
        #expect(PlanChange(from: old, to: old).isEmpty)
        #expect(PlanChange(starting: old).added == ["a", "b", "c"])
    }

    @Test func aNewNameIsAChange() throws {
        let old = try read("services: { a: { folder: public } }")
        let change = PlanChange(from: old, to: try read("name: shop\nservices: { a: { folder: public } }"))
        #expect(change.renamed == "shop" && change.unchanged == ["a"])
        #expect(!change.isEmpty)
    }

    @Test func aPlanInTheRootFolderHasOneSlash() throws {
        let plan = try Plan.read("services: { a: { folder: tmp } }", file: "/homeport.yaml", directory: "/").get()
        #expect(plan.file == "/homeport.yaml")
        #expect(plan.absolute("./tmp") == "/tmp")
    }

    @Test func aPlanThatMovedChangesEverything() throws {
        let old = try read("services: { a: { folder: public } }")
        var new = old
        new.directory = "/elsewhere"
        #expect(PlanChange(from: old, to: new).changed == ["a"])
    }
}
