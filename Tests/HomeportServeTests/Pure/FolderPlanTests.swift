import HomeportCore
import Testing

@testable import HomeportServe

@Suite struct FolderPlanTests {
    private func read(_ yaml: String) -> (plan: FolderPlan, problems: [HomeportError]) {
        var (plan, problems) = (FolderPlan(), [HomeportError]())
        do {
            let node = try PlanNode(parsing: yaml, file: "homeport.yaml")
            PlanSection(keys: FolderPlan.words).read(node, into: &plan, problems: &problems)
        } catch { problems.append(error) }
        return (plan, problems)
    }

    @Test func aFolderIsAllThatIsNeeded() {
        let (plan, problems) = read("folder: ./public")
        #expect(problems.isEmpty)
        var expected = FolderPlan()
        expected.folder = "./public"
        #expect(plan == expected)
        #expect(plan.cache == "no-cache" && plan.listing && !plan.upload && !plan.spa && !plan.live)
    }

    @Test func everyWordIsRead() {
        let (plan, problems) = read(
            """
            folder: site
            index: [main.html, index.html]
            listing: false
            spa: true
            clean_urls: true
            live: true
            cors: http://app.localhost:62893
            headers: { X-Robots-Tag: noindex, X-B: "2" }
            cache: max-age=60
            upload: true
            max_upload: 5MB
            """
        )
        #expect(problems.isEmpty)
        #expect(plan.index == ["main.html", "index.html"])
        #expect(!plan.listing && plan.spa && plan.cleanURLs && plan.live && plan.upload)
        #expect(plan.cors == FolderPlan.CORS(origin: "http://app.localhost:62893"))
        #expect(plan.headers.map(\.name) == ["X-Robots-Tag", "X-B"])
        #expect(plan.cache == "max-age=60")
        #expect(plan.maxUpload.bytes == 5_000_000)
    }

    @Test func oneIndexNeedsNoList() {
        #expect(read("{ folder: a, index: home.html }").plan.index == ["home.html"])
    }

    @Test func corsIsTrueFalseOrAnOrigin() {
        #expect(read("{ folder: a, cors: true }").plan.cors?.origin == "*")
        #expect(read("{ folder: a, cors: \"*\" }").plan.cors?.origin == "*")
        #expect(read("{ folder: a, cors: false }").plan.cors == nil)
        for origin in ["app.localhost", "http://a/", "http://a/b", "ftp://a", "http://a b", "http://"] {
            #expect(read("{ folder: a, cors: \"\(origin)\" }").problems.count == 1, "\(origin)")
        }
    }

    @Test(arguments: [
        "listing: true",
        "{ folder: a, listing: yes }",
        "{ folder: a, max_upload: 5 }",
        "{ folder: a, max_upload: 5mb }",
        "{ folder: a, index: sub/index.html }",
        "{ folder: a, index: .. }",
        "{ folder: a, index: \"\" }",
        "{ folder: a, index: \"a\\0\" }",
        "{ folder: a, headers: { \"X Y\": z } }",
        "{ folder: a, headers: { X: \"\" } }",
        "{ folder: a, headers: { X: \"a\\nb\" } }",
        "{ folder: a, headers: { Content-Length: \"5\" } }",
        "{ folder: a, headers: { transfer-encoding: chunked } }",
        "{ folder: a, headers: { Cache-Control: no-store } }",
        "{ folder: a, cache: \"a\\r\\nb: c\" }",
        "{ folder: a, lisitng: true }",
    ])
    func aWrongWordIsOneProblemWithAWayOut(yaml: String) {
        let problems = read(yaml).problems
        #expect(problems.count == 1)
        for problem in problems {
            #expect(problem.fix != nil)
            #expect(problem.subject?.hasPrefix("homeport.yaml:1:") == true)
        }
    }

    @Test func theSchemaKnowsEveryWord() {
        guard case .object(let schema) = PlanSection(keys: FolderPlan.words).schema,
            case .object(let properties)? = schema["properties"]
        else { return #expect(Bool(false), "the schema is no object") }
        #expect(Set(properties.keys) == Set(FolderPlan.words.map(\.name)))
    }
}
