import LiveTestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite(.serialized, .timeLimit(.minutes(3)), .enabled(if: ServeBench.hasTheMachine, ServeBench.howToRun)) struct UpTests
{
    private let bench: ServeBench

    init() throws {
        bench = try ServeBench()
        try bench.folder.folder("project/docs")
        try bench.folder.write("project/docs/index.html", "docs")
        try bench.plan(ServeBench.plan)
    }

    private static let withDocs = ServeBench.plan + "  docs: { folder: docs }\n"

    @Test func runsInTheForegroundUntilASignal() async throws {
        let process = try bench.start("up", "--port", "0")
        let port = try await process.port()
        #expect(try await bench.body("localhost", port) == "hello")
        #expect(try await bench.body("site.localhost", port) == "hello")
        process.signal(SIGINT)
        #expect(try await process.exitCode() == 0)
        #expect(try await bench.status().isEmpty)
    }

    @Test func aSecondUpAppliesOnlyTheChange() async throws {
        let project = try await bench.upDetached()
        try bench.plan(Self.withDocs)
        let dry = try await bench.run("up", "--dry-run")
        #expect(dry.code == 0 && dry.output == "this would change:\n  + docs\n  as before: site\n")
        #expect(try await Web.get("/", host: "docs.localhost", at: .ipv4(project.port)).status == 404)
        let up = try await bench.run("up")
        #expect(up.code == 0 && up.output.hasPrefix("changed:\n  + docs\n  as before: site\n"))
        #expect(try await bench.body("docs.localhost", project.port) == "docs")
        let now = try #require(try await bench.status().first)
        #expect(now.pid == project.pid && now.services.map(\.name) == ["site", "docs"])
        #expect(try await bench.run("up").output.hasPrefix("nothing changed\n"))
    }

    @Test func aDryRunStartsNothing() async throws {
        let outcome = try await bench.run("up", "--dry-run")
        #expect(outcome.code == 0)
        #expect(outcome.output == "this project does not run; homeport up would start:\n  + site\n")
        #expect(try await bench.status().isEmpty)
    }

    @Test func detachReturnsWhenItAnswersAndDownWhenItHasStopped() async throws {
        let project = try await bench.upDetached()
        #expect(try await bench.body("localhost", project.port) == "hello")
        #expect(project.project == "shop" && project.plan == "\(bench.project)/homeport.yaml")
        let down = try await bench.run("down")
        #expect(down.code == 0 && down.output == "stopped shop\n")
        await #expect(throws: (any Error).self) { try await Web.get("/", at: .ipv4(project.port)) }
        let again = try await bench.run("down")
        #expect(again.code == 3 && again.errors.contains("start it with homeport up"))
        #expect(try await bench.run("down", "--all").code == 0)
    }

    @Test func aDetachedFailureIsToldInFull() async throws {
        let other = try bench.start("serve", "docs", "--port", "0")
        let port = try await other.port()
        let outcome = try await bench.run("up", "--detach", "--port", "\(port)")
        #expect(outcome.code == 3)
        #expect(outcome.errors.contains("port \(port) is taken") && outcome.errors.contains("\(other.pid)"))
    }

    @Test func statusIsForPeopleAndForPrograms() async throws {
        #expect(try await bench.run("status").code == 3)
        #expect(try await bench.run("status", "--all").output == "nothing runs\n")
        let project = try await bench.upDetached()
        #expect(try await bench.run("status").output.contains("http://127.0.0.1:\(project.port)"))
        #expect(project.services.first?.kind == "folder" && project.services.first?.default == true)
        #expect(try await bench.run("open", "site", "--print").output == "http://site.localhost:\(project.port)\n")
        let slip = try await bench.run("open", "stie", "--print")
        #expect(slip.code == 2 && slip.errors.contains("did you mean site?"))
    }

    @Test(arguments: [
        ("services:\n  site: { foldr: ./public }\n", ":2:", "did you mean folder?"),
        ("services:\n  site: { folder: ./gone }\n", ":2:", "mkdir -p"),
        ("services:\n\tsite: x\n", ":2:", "takes no tabs"),
        ("services: { site: { folder: [::1]:80 } }\n", ":1:", "quotes"),
    ])
    func aWrongPlanStartsNothing(text: String, line: String, hint: String) async throws {
        try bench.plan(text)
        for words in [
            ["up", "--port", "0"], ["up", "--detach", "--port", "0"], ["up", "--dry-run"], ["plan", "check"],
        ] {
            let outcome = try await bench.run(words)
            #expect(outcome.code == 2)
            #expect(outcome.errors.contains("homeport.yaml\(line)") && outcome.errors.contains(hint))
            #expect(outcome.output.isEmpty)
        }
        #expect(try await bench.status().isEmpty)
    }

    @Test func aPlanEditedIntoAnErrorLeavesTheOldOneServing() async throws {
        let project = try await bench.upDetached()
        try bench.plan("services:\n  site: { folder: ./gone }\n  docs: { folder: docs }\n")
        let outcome = try await bench.run("up")
        #expect(outcome.code == 2 && outcome.errors.contains("homeport.yaml:2:"))
        #expect(try await bench.body("localhost", project.port) == "hello")
        #expect(try await bench.status().first?.services.map(\.name) == ["site"])
    }

    @Test func withoutAPlanServeIsOffered() async throws {
        unlink("\(bench.project)/homeport.yaml")
        let outcome = try await bench.run("up")
        #expect(outcome.code == 2 && outcome.errors.contains("homeport serve"))
        #expect(try await bench.run("up", "-f", "gone.yaml").code == 2)
        #expect(try await bench.run("down").errors.contains("homeport serve"))
    }

    @Test func aRunningPortCannotChange() async throws {
        let project = try await bench.upDetached()
        let outcome = try await bench.run("up", "--port", "1")
        #expect(outcome.code == 2)
        #expect(outcome.errors.contains("the port of a running project cannot change: shop runs on \(project.port)"))
        #expect(outcome.errors.contains("homeport down, then homeport up --port 1"))
        #expect(try await bench.run("up", "--port", "\(project.port)").code == 0)
        #expect(try await bench.run("up", "--threads", "1").errors.contains("stay as they are"))
    }

    @Test(arguments: [["up", "--port", "0"], ["up", "--detach", "--port", "0"]])
    func oneOfManyWhoStartAtOnceWins(words: [String]) async throws {
        let processes = try (0..<4).map { _ in try bench.start(words) }
        let project = try await awaiting { try await bench.status().first }
        bench.adopt(project.pid)
        // Who lost has applied its plan to the winner's project.
        let isDetached = words.contains("--detach")
        for process in processes where isDetached || process.pid != project.pid {
            #expect(try await process.exitCode() == 0, "\(process.errors)")
        }
        #expect(try await bench.status().map(\.pid) == [project.pid])
        #expect(try await bench.body("localhost", project.port) == "hello")
        #expect(processes.allSatisfy { $0.errors.isEmpty })
    }

    @Test func whatAKilledProjectLeavesIsClearedAway() async throws {
        for next in [["status", "--all"], ["up", "--detach", "--port", "0"]] {
            let process = try bench.start("up", "--port", "0")
            _ = try await process.port()
            process.kill()
            #expect(bench.folder.names(in: "home/run").contains { $0.hasSuffix(".sock") })
            let outcome = try await bench.run(next)
            #expect(outcome.code == 0, "\(outcome.errors)")
            if next[0] == "status" {
                #expect(!bench.folder.names(in: "home/run").contains { $0.hasSuffix(".sock") })
            } else {
                bench.adopt(try #require(try await bench.status().first).pid)
            }
        }
    }

    @Test func aSuspendedProjectIsNotTakenForAStoppedOne() async throws {
        let process = try bench.start("up", "--port", "0")
        let port = try await process.port()
        process.signal(SIGSTOP)
        let status = try await bench.run("status", "--all")
        #expect(status.errors.contains("does not answer") && status.errors.contains("kill -CONT \(process.pid)"))
        process.signal(SIGCONT)
        #expect(try await bench.body("localhost", port) == "hello")
    }

    @Test func aLinkToThePlansFolderIsTheSameProject() async throws {
        let project = try await bench.upDetached()
        symlink(bench.project, "\(bench.folder.path)/link")
        let outcome = try await bench.run("status", "-f", "\(bench.folder.path)/link", "--json")
        #expect(outcome.code == 0 && outcome.output.contains("\(project.pid)"))
    }

    @Test func aHomeWithoutRoomForASocketSaysWhatToSet() async throws {
        let long = "\(bench.folder.path)/" + String(repeating: "x", count: 100)
        let outcome = try await bench.run("up", "--port", "0", environment: ["HOMEPORT_HOME=\(long)"])
        #expect(outcome.code == 3 && outcome.errors.contains("HOMEPORT_HOME"))
    }
}
