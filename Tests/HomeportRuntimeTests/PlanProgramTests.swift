import HomeportCore
import HomeportDoor
import LiveTestSupport
import Testing

@testable import HomeportRuntime

@Suite struct PlanProgramTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.folder("api")
        try folder.write(".env", "A=1\n")
        try folder.write("bad.env", "A=1\nB\n")
    }

    private func read(_ text: String) -> Result<Plan, PlanProblems> {
        Plan.read("services: { \(text) }", file: "homeport.yaml", directory: folder.path)
    }

    private func program(_ text: String) throws -> ProgramPlan {
        try #require(try read("api: { \(text) }").get().services.first?.program)
    }

    @Test func aProgramIsReadWithAllItsKeys() throws {
        let plan = try program(
            """
            run: [node, server.js], cwd: api, env: { LOG: debug, N: 3 }, env_file: .env, ready: { path: /healthz, within: 5s },
            restart: always, grace: 2s, protocol: tcp, port: 3000, listen_fds: true
            """
        )
        #expect(plan.command == .words(["node", "server.js"]))
        #expect(plan.directory == "api" && plan.environmentFiles == [".env"])
        #expect(plan.environment.map { "\($0.name)=\($0.value)" } == ["LOG=debug", "N=3"])
        #expect(plan.readiness.sign == .path("/healthz") && plan.readiness.within == .seconds(5))
        #expect(plan.restart == .always && plan.grace == .seconds(2) && plan.transport == .tcp)
        #expect(plan.port?.number == 3000 && plan.isHandedSockets)
    }

    @Test(arguments: [
        ("run: npm start", Readiness.Sign.listening), ("run: x, ready: started", .started),
        ("run: x, ready: /up", .path("/up")), ("run: x, ready: { log: is up }", .log("is up")),
    ])
    func whenItIsReady(text: String, sign: Readiness.Sign) throws { #expect(try program(text).readiness.sign == sign) }

    @Test(arguments: [
        ("run: ' '", "there is no command"), ("run: []", "there is no command"), ("run: x, cwd: nowhere", "no folder"),
        ("run: x, env: { 9A: 1 }", "no name of a variable"), ("run: x, env_file: no.env", "no.env"),
        ("run: x, env_file: bad.env", "bad.env:2"), ("run: x, depends_on: db", "no service db"),
        ("run: x, depends_on: api", "waits for itself"), ("run: x, ready: soon", "says not when"),
        ("run: x, ready: { path: /a, log: b }", "not by both"), ("run: x, restart: maybe", "no such rule"),
        ("run: x, protocol: udp", "no protocol"), ("run: x, port: 62893", "door's own port"),
        ("run: x, to: 3000", "both"), ("run: x, spa: true", "spa is no key"),
        ("run: x, protocol: tcp, default: true", "only a service of HTTP"),
    ])
    func whatCannotBeIsSaidOnce(text: String, what: String) throws {
        guard case .failure(let problems) = read("api: { \(text) }") else {
            Issue.record("it was read")
            return
        }
        #expect(problems.all.count == 1)
        #expect(problems.all.first?.what.contains(what) == true, "\(problems.all)")
    }

    @Test func circlesOfSeveralAreFound() {
        guard
            case .failure(let problems) = read(
                "a: { run: x, depends_on: b }, b: { run: x, depends_on: [c] }, c: { run: x, depends_on: a }"
            )
        else {
            Issue.record("it was read")
            return
        }
        #expect(problems.all.map(\.what) == ["a waits for itself: a, b, c, a"])
    }
}

@Suite struct PlanDraftTests {
    private func draft(_ files: [String: String]) throws -> String {
        let folder = try TemporaryFolder()
        for (name, text) in files {
            if let slash = name.lastIndex(of: "/") { try folder.folder(String(name[..<slash])) }
            try folder.write(name, text)
        }
        let text = try PlanDraft.look(in: folder.path).text
        let plan = try Plan.read(text, file: "homeport.yaml", directory: folder.path).get()
        return plan.services.map { "\($0.name): \($0.summary)\($0.isDefault ? " *" : "")" }.joined(separator: "; ")
    }

    @Test func aFolderOfPagesIsFound() throws {
        #expect(try draft(["dist/index.html": "x"]) == "site: folder dist *")
        #expect(try draft([:]) == "site: folder . *")
    }

    @Test func aPackageIsRunByItsOwnTool() throws {
        let package = #"{"scripts": {"dev": "vite", "test": "x"}}"#
        #expect(try draft(["package.json": package]) == "web: run npm run dev *")
        #expect(try draft(["package.json": package, "pnpm-lock.yaml": ""]) == "web: run pnpm run dev *")
    }

    @Test func aProcfileSaysMore() throws {
        let text = "web: bundle exec puma -p $PORT\n# no\nworker: rake jobs: all\n"
        #expect(
            try draft(["Procfile": text, "package.json": "{}"])
                == "web: run bundle exec puma -p $PORT *; worker: run rake jobs: all"
        )
    }

    @Test func composeHasPublishedPorts() throws {
        let text = """
            services:
              db: { image: postgres, ports: ["127.0.0.1:5432:5432"] }
              web: { ports: ["8080:80"] }
              quiet: { image: x }
              long: { ports: [{ target: 6379, published: 6380 }] }
            """
        #expect(
            try draft(["compose.yaml": text])
                == "db: to tcp://127.0.0.1:5432; web: to localhost:8080 *; long: to tcp://127.0.0.1:6380"
        )
    }

    @Test func whatMakesNoSenseIsSaid() {
        #expect(throws: HomeportError.self) { try draft(["package.json": "{"]) }
        #expect(throws: HomeportError.self) { try draft(["compose.yaml": "a: [\n"]) }
    }
}
