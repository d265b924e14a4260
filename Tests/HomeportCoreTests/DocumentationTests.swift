import HomeportCore
import Testing

/// The examples of the public documentation, as they stand there.
@Suite struct DocumentationTests {
    struct Site: Sendable {
        var folder = "."
        var live = false
    }

    @Test func aSectionIsReadAsItsExampleSays() throws {
        let section = PlanSection<Site>(keys: [
            PlanKey("folder", .text, to: \.folder, required: true, example: "./public", "The folder that is served."),
            PlanKey("live", .bool, to: \.live, example: "true", "Reload open pages when a file changes."),
        ])
        var (site, problems) = (Site(), [HomeportError]())
        section.read(try PlanNode(parsing: "folder: ./site", file: "homeport.yaml"), into: &site, problems: &problems)
        #expect(site.folder == "./site" && problems.isEmpty)
    }

    @Test func aWordOfOnesOwnIsReadAsItsExampleSays() throws {
        let port = PlanWord<Port>(schema: ["type": "integer"]) { (text) throws(HomeportError) in
            try Port(parsing: text)
        }
        var problems: [HomeportError] = []
        let node = try PlanNode(parsing: "listen: none", file: "homeport.yaml").at("listen")
        #expect(port.read(try #require(node), &problems) == nil)
        #expect(problems.first?.subject == "homeport.yaml:1:1 (listen)")
    }

    @Test func aNodeKnowsWhatItsExampleSays() throws {
        let plan = try PlanNode(parsing: "name: shop", file: "homeport.yaml")
        #expect(try plan.at("name")?.text() == "shop")
        #expect(plan.at("name")?.place == "homeport.yaml:1:1 (name)")
    }

    @Test func theWordsAreWhatTheirExamplesSay() throws {
        #expect(try Port(parsing: "8080").class == .user)
        #expect(try ServiceName(parsing: "api").host == "api.localhost")
        #expect(ServiceName(madeFrom: "My Shop (copy)").text == "my-shop-copy")
        #expect(try ByteCount(parsing: "64KiB").bytes == 65536)
        #expect(ByteCount(bytes: 1_500_000).description == "1.5MB")
        #expect(try ByteRate(parsing: "10mbit").bytesPerSecond == 1250000.0)
        #expect(try ByteRate(parsing: "2MB/s").description == "16mbit")
        #expect(try Duration(parsing: "80ms") == .milliseconds(80))
        #expect(try Duration(parsing: "1.5s").text == "1.5s")
        #expect(try Probability(parsing: "0.5%").fraction == 0.005)
        #expect(Probability(0.07)?.description == "7%")
        #expect(Spelling.nearest(to: "fodler", among: ["folder", "listing"]) == "folder")
        let schema: JSONValue = ["type": "string", "examples": ["80ms", "1.5s"]]
        #expect(schema == .object(["type": .text("string"), "examples": .list([.text("80ms"), .text("1.5s")])]))
    }

    @Test func anErrorPrintsAsItsExampleSays() {
        let taken = HomeportError.Code("port.taken", .world)
        let error = HomeportError(
            taken,
            "port 62893 is taken",
            where: "127.0.0.1:62893",
            fix: "stop pid 812 (caddy)"
        )
        #expect("\(error)" == "port 62893 is taken\n  at   127.0.0.1:62893\n  fix  stop pid 812 (caddy)")
    }
}
