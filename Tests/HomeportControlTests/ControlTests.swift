import HomeportCore
import HomeportLink
import HomeportNet
import HomeportRuntime
import LiveTestSupport
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import HomeportControl

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite(.timeLimit(.minutes(2))) struct ControlTests {
    private let bench: ControlBench

    init() throws { bench = try ControlBench() }

    // MARK: The client

    @Test func theStatusSaysWhatRuns() async throws {
        try await bench.withProject { running async throws in
            let status = try #require(try await running.client.status())
            #expect(status.project == "shop" && status.pid == getpid() && status.version == HomeportVersion.current)
            #expect(status.addresses == ["http://127.0.0.1:\(running.port)", "http://[::1]:\(running.port)"])
            #expect(status.services.map(\.name) == ["a"])
        }
    }

    @Test func aPlanIsAppliedAndADryRunIsNot() async throws {
        try await bench.withProject { running async throws in
            let wish = "name: shop\nservices: { a: { folder: two, default: true }, b: { folder: one } }"
            let dry = try await running.client.change(bench.wish(wish, dryRun: true))
            #expect(dry.added == ["b"] && dry.changed == ["a"])
            #expect(try await Web.get("/", at: .ipv4(running.port)).body == "one")
            #expect(try await running.client.change(bench.wish(wish)) == dry)
            #expect(try await Web.get("/", at: .ipv4(running.port)).body == "two")
            #expect(try await running.client.change(bench.wish(wish)).isEmpty)
        }
    }

    @Test func aWrongPlanChangesNothingAndEveryProblemIsTold() async throws {
        try await bench.withProject { running async throws in
            let refusal = await #expect(throws: PlanRefusal.self) {
                _ = try await running.client.change(bench.wish("services:\n  a: { foldr: one }\n  b: { folder: gone }"))
            }
            let problems = try #require(refusal).problems
            #expect(problems.count == 2)
            #expect(problems.allSatisfy { $0.fix != nil && $0.subject != nil && $0.code.blame == .words })
            #expect(try await Web.get("/", at: .ipv4(running.port)).body == "one")
        }
    }

    @Test func stoppingIsAskedFor() async throws {
        try await bench.withProject { running async throws in
            try await running.client.stop()
            try await eventually { running.stops.count == 1 }
        }
    }

    @Test func aDeadSocketIsClearedAway() async throws {
        let path = "\(bench.folder.path)/dead.sock"
        for descriptor in try ListeningSockets.open(.address(.unix(path))).release() { close(descriptor) }
        #expect(bench.folder.names(in: "").contains("dead.sock"))
        #expect(try await ControlClient(socket: path).status() == nil)
        #expect(!bench.folder.names(in: "").contains("dead.sock"))
        #expect(try await ControlClient(socket: "\(bench.folder.path)/none.sock").status() == nil)
    }

    @Test func whoHasGoneMeanwhileIsNotAsked() async throws {
        let client = ControlClient(socket: "\(bench.folder.path)/none.sock")
        let change = await #expect(throws: HomeportError.self) { _ = try await client.change(bench.wish("x")) }
        #expect(change?.code == .controlGone)
        let stop = await #expect(throws: HomeportError.self) { try await client.stop() }
        #expect(stop?.code == .controlGone)
    }

    @Test func aFileThatIsNoSocketStays() async throws {
        try bench.folder.write("file.sock", "mine")
        #expect(try await ControlClient(socket: "\(bench.folder.path)/file.sock").status() == nil)
        #expect(bench.folder.read("file.sock") == "mine")
    }

    @Test func whoNeverAnswersIsToldFromWhoIsGone() async throws {
        let path = "\(bench.folder.path)/silent.sock"
        let sockets = try ListeningSockets.open(.address(.unix(path))).release()
        defer { for descriptor in sockets { close(descriptor) } }
        let error = await #expect(throws: HomeportError.self) {
            _ = try await ControlClient(socket: path, patience: .milliseconds(50)).status()
        }
        #expect(error?.code == .controlSilent)
        #expect(error?.fix?.contains("kill -9 \(getpid())") == true)
        #expect(bench.folder.names(in: "").contains("silent.sock"))
    }

    @Test(arguments: [
        "", "garbage\r\n\r\n", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\n\r\n{}", "HTTP/1.1 500 Oops\r\n\r\n",
        "HTTP/1.1 xxx\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n{\"project\":",
    ])
    func garbageIsNoStatusAndNoChange(answer: String) async throws {
        let path = "\(bench.folder.path)/odd.sock"
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(SayHandler(answer))
                }
            }
            .bind(unixDomainSocketPath: path).get()
        let client = ControlClient(socket: path, patience: .seconds(60))
        let status = await #expect(throws: HomeportError.self) { _ = try await client.status() }
        #expect(status?.code == .controlBroken)
        let change = await #expect(throws: HomeportError.self) { _ = try await client.change(bench.wish("x")) }
        #expect(change?.code == .controlBroken && change?.fix != nil)
        try await server.close()
    }

    /// Says one thing to whoever has asked anything, and closes.
    private final class SayHandler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let answer: String

        init(_ answer: String) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            context.writeAndFlush(NIOAny(ByteBuffer(string: answer)), promise: nil)
            context.close(promise: nil)
        }
    }

    @Test func allProjectsAreFoundAndSilentOnesAreNamed() async throws {
        let home = bench.folder.path
        let state = StateDirectory { $0 == "HOMEPORT_HOME" ? home : nil }
        try state.prepare()
        #expect(await RunningProjects.find(in: state).all.isEmpty)
        let plan = try Plan.read(ControlBench.text, file: "homeport.yaml", directory: home).get()
        let project = Project(plan, options: ProjectOptions(place: .loopbacks(nil), threads: 1) { _ in })
        try await project.start(
            control: nil,
            socket: (state.socket(of: plan), ControlResponder(project, token: nil) {})
        )
        let silent = try ListeningSockets.open(.address(.unix("\(state.runPath)/silent.sock"))).release()
        for descriptor in try ListeningSockets.open(.address(.unix("\(state.runPath)/dead.sock"))).release() {
            close(descriptor)
        }
        let found = await RunningProjects.find(in: state)
        #expect(found.all.map(\.status.project) == ["shop"])
        #expect(found.silent.map(\.code) == [.controlSilent])
        #expect(!bench.folder.names(in: "run").contains("dead.sock"))
        for descriptor in silent { close(descriptor) }
        await project.stop(within: .zero)
    }

    // MARK: The API

    private func ask(
        _ running: ControlBench.Running,
        _ request: String,
        host: String = "homeport.localhost",
        _ fields: String...,
        token: String? = ControlBench.token,
        body: String? = nil
    ) async throws -> Web.Answer {
        let all = fields + (token.map { ["Authorization: Bearer \($0)"] } ?? [])
        return try await Web.ask(request, host: host, fields: all, body: body, at: .ipv4(running.port))
    }

    private func problems(_ answer: Web.Answer) throws -> ControlProblems {
        #expect(answer.field("Content-Type") == "application/json")
        return try JSONDecoder().decode(ControlProblems.self, from: Data(answer.body.utf8))
    }

    @Test func byTCPTheTokenIsNeeded() async throws {
        try await bench.withProject { running async throws in
            for token in [nil, "", "wrong", String(repeating: "a1", count: 31) + "a2", ControlBench.token + "0"] {
                let answer = try await ask(running, "GET /api/v1/status", token: token)
                #expect(answer.status == 401 && answer.field("WWW-Authenticate") == "Bearer")
                #expect(try problems(answer).problems.first?.code == "control.token")
                #expect(try await ask(running, "POST /api/v1/stop", token: token, body: "").status == 401)
            }
            #expect(try await ask(running, "GET /api/v1/status", "Authorization: Basic x", token: nil).status == 401)
            #expect(running.stops.count == 0)
            let scheme = "Authorization: bEARER \(ControlBench.token)"
            #expect(try await ask(running, "GET /api/v1/status", scheme, token: nil).status == 200)
            let answer = try await ask(running, "GET /api/v1/status")
            #expect(answer.status == 200 && answer.field("Cache-Control") == "no-store")
            #expect(try JSONDecoder().decode(ProjectStatus.self, from: Data(answer.body.utf8)).project == "shop")
        }
    }

    @Test func byTCPOnlyTheReservedNameIsControl() async throws {
        try await bench.withProject { running async throws in
            #expect(try await ask(running, "GET /api/v1/status", host: "localhost").status == 404)
            #expect(try await ask(running, "GET /api/v1/status", host: "a.localhost").status == 404)
            #expect(try await ask(running, "GET /api/v1/status", host: "evil.example").status == 421)
            #expect(try await ask(running, "GET /api/v1/status", host: "HOMEPORT.localhost.:1").status == 200)
        }
    }

    @Test(arguments: [
        "Origin: http://a.localhost:1", "Sec-Fetch-Site: same-site", "Origin: null", "Sec-Fetch-Site: cross-site",
    ])
    func aPageMayChangeNothingEvenWithTheToken(field: String) async throws {
        try await bench.withProject { running async throws in
            #expect(try await ask(running, "POST /api/v1/stop", field, body: "").status == 403)
            #expect(running.stops.count == 0)
        }
    }

    @Test func wrongMethodsAndPathsSaySo() async throws {
        try await bench.withProject { running async throws in
            let post = try await ask(running, "POST /api/v1/status", body: "")
            #expect(post.status == 405 && post.field("Allow") == "GET, HEAD")
            let get = try await ask(running, "GET /api/v1/plan")
            #expect(get.status == 405 && get.field("Allow") == "POST")
            #expect(try await ask(running, "DELETE /api/v1/stop").status == 405)
            for path in ["/", "/api/v1", "/api/v2/status", "/api/v1/status/", "/API/V1/STATUS"] {
                let answer = try await ask(running, "GET \(path)")
                #expect(answer.status == 404)
                #expect(try problems(answer).problems.first?.code == "control.path")
            }
        }
    }

    @Test(arguments: [
        "", "{}", "not json", "[]", "{\"text\":1,\"file\":\"f\",\"directory\":\"/\"}",
        "{\"text\":\"a: 1\",\"file\":\"f\",\"directory\":\"rel\"}",
        "{\"text\":\"services: {}\",\"file\":\"f\",\"directory\":\"/\"}",
        "{\"text\":\"services: { a: { folder: one } }\",\"file\":\"homeport.yaml\",\"directory\":\"/\",\"dryrun\":true}",
        "{\"text\":\"services: { a: { folder: one } }\",\"file\":\"homeport.yaml\",\"directory\":\"/\",\"dry_run\":null}",
    ])
    func aBodyThatIsNoPlanIs422(body: String) async throws {
        try await bench.withProject { running async throws in
            let answer = try await ask(running, "POST /api/v1/plan", body: body)
            #expect(answer.status == 422)
            #expect(try !problems(answer).problems.isEmpty)
            #expect(await running.project.plan.services.count == 1)
        }
    }

    @Test func aPlanByTCPNeedsNoDryRunKey() async throws {
        try await bench.withProject { running async throws in
            let wish =
                "{\"text\":\"services: { b: { folder: two } }\",\"file\":\"homeport.yaml\",\"directory\":\"\(bench.folder.path)\"}"
            let answer = try await ask(running, "POST /api/v1/plan", body: wish)
            #expect(answer.status == 200)
            #expect(try JSONDecoder().decode(PlanChange.self, from: Data(answer.body.utf8)).added == ["b"])
        }
    }

    @Test func anotherPlanCannotTakeTheProjectsPlace() async throws {
        try await bench.withProject { running async throws in
            let text = "services: { b: { folder: two } }"
            let wish = "{\"text\":\"\(text)\",\"file\":\"other.yaml\",\"directory\":\"\(bench.folder.path)\"}"
            let answer = try await ask(running, "POST /api/v1/plan", body: wish)
            #expect(answer.status == 422)
            #expect(try problems(answer).problems.first?.what == "this project's plan is another")
        }
    }

    @Test func aBodyBeyondAllPlansIs413() async throws {
        try await bench.withProject { running async throws in
            let answer = try await ask(running, "POST /api/v1/plan", body: String(repeating: "x", count: (6 << 20) + 1))
            #expect(answer.status == 413)
            #expect(await running.project.plan.services.count == 1)
        }
    }
}
