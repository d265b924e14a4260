import HomeportCore
import HomeportGuard
import HomeportLink
import HomeportTap
import LiveTestSupport
import Testing

@testable import HomeportRuntime

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Who may come in, as plans say it.
@Suite(.timeLimit(.minutes(2))) struct PlanAccessTests {
    private let bench: ProjectBench
    /// alice, "correct horse"
    private static let users = "# people\nalice:$apr1$cHhnMd2O$xMxR10smmD7ONdIt8C16A0\n\n"

    init() throws {
        bench = try ProjectBench()
        try bench.folder.write("users", Self.users)
        try bench.folder.write("broken", Self.users + "bob:plain\n")
    }

    private func basic(_ text: String) -> String { "Authorization: Basic \(Data(text.utf8).base64EncodedString())" }

    @Test(arguments: [
        ("access: { allow: mee }", "says not who"), ("access: { allow: nobody }", "did you mean []?"),
        ("access: { allow: 1000 }", "did you mean uid:1000?"), ("access: { allow: root }", "id -u NAME"),
        ("allow: me", "write access: { allow: … }"), ("access: { allow: [ me, \"user:ada\" ] }", "add users"),
        ("access: { users: none }", "htpasswd -cB"), ("access: { users: broken }", "broken:4"),
        ("access: { allow: \"group:nosuchgroup\" }", "getent group"),
        ("access: { rules: [ { paths: /a } ] }", "add allow"),
        ("access: { rules: [ { paths: /a/../b, allow: me } ] }", "/admin"),
        ("access: { rules: [ { methods: get, allow: me } ] }", "in capitals"),
        ("access: { origins: nosuch }", "there is no service nosuch"),
        ("access: { origins: 'ftp://a' }", "http://localhost:5173"), ("access: { hosts: 0.0.0.0 }", "192.168.1.20"),
        ("access: { alow: me }", "did you mean allow?"), ("access: { allow: forward_auth }", "add forward_auth"),
        ("access: { forward_auth: c/x }", "there is no service c"),
        ("access: { forward_auth: a/x }", "decides nothing"),
        ("access: { forward_auth: { headers: X-User } }", "add address"),
        ("access: { forward_auth: { address: 'http://10.0.0.1:80/' } }", "remote: true"),
        ("access: { forward_auth: { address: 'http://127.0.0.1:80/', headers: Host } }", "leave it out"),
    ])
    func whatCannotBeIsSaid(line: String, part: String) throws {
        guard case .failure(let problems) = bench.read(line + "\n" + ProjectBench.services) else {
            Issue.record("\(line) is taken")
            return
        }
        let said = problems.all.map { "\($0)" }.joined()
        #expect(problems.all.count == 1 && said.contains(part), "\(said)")
    }

    @Test func onAConnectionThatIsNoHTTPNobodyShowsAnything() throws {
        let raw = "services: { db: { to: 'tcp://127.0.0.1:1', access: { allow: \"token:x\" } } }"
        guard case .failure(let problems) = bench.read(raw) else {
            Issue.record("it is taken")
            return
        }
        #expect(problems.all.count == 1 && problems.all[0].fix?.contains("allow: me") == true)
        _ = try bench.plan("services: { db: { to: 'tcp://127.0.0.1:1', access: { allow: [ \"token:x\", me ] } } }")
        _ = try bench.plan("services: { db: { to: 'tcp://127.0.0.1:1', access: { allow: [] } } }")
    }

    @Test func whatAServiceSaysGoesBeforeWhatIsSaidForAll() throws {
        let plan = try bench.plan(
            """
            access: { allow: me, users: users, rules: [ { paths: /a, allow: anyone } ] }
            services:
              a: { folder: one }
              b: { folder: two, access: { allow: [] } }
            """
        )
        let (a, b) = (plan.services[0].access, plan.services[1].access)
        #expect(a.completed(from: plan.access) == plan.access)
        #expect(b.completed(from: plan.access).accessRules.allow == [])
        #expect(b.completed(from: plan.access).accessRules.rules.isEmpty)
        #expect(b.completed(from: plan.access).users == "users")
    }

    @Test func eachServiceHasItsOwnAndAChangeHolds() async throws {
        let services = ProjectBench.services.replacing("two }", with: "two, access: { users: users } }")
        try await bench.withProject(services) { project, port in
            func status(_ host: String, _ fields: String = "X-Any: 1") async throws -> Int {
                try await Web.get("/", host: host, fields, at: .ipv4(port)).status
            }
            #expect(try await status("a.localhost") == 200)
            #expect(try await status("b.localhost") == 401)
            #expect(try await status("b.localhost", basic("alice:correct horse")) == 200)
            _ = try await project.apply(bench.plan("access: { allow: [] }\n" + ProjectBench.services))
            #expect(try await status("a.localhost") == 403)
            #expect(try await status("b.localhost", basic("alice:correct horse")) == 403)
            // Control has rules of its own.
            #expect(try await status("homeport.localhost") == 200)
            _ = try await project.apply(bench.plan(ProjectBench.services))
            #expect(try await status("b.localhost") == 200)
        }
    }

    #if os(Linux)
    @Test func linksLetInByTheConnection() async throws {
        let upstream = try Upstream()
        func plan(_ allow: String) -> String {
            """
            access: { allow: "\(allow)" }
            services: { a: { folder: one, default: true } }
            links:
              raw: { to: \(upstream.port) }
              site: { to: a }
            """
        }
        try await bench.withProject(plan("uid:54321")) { project, _ in
            let raw = try #require(await project.link("raw")?.port)
            let site = try #require(await project.link("site")?.port)
            let client = try RawConnection(to: raw.number)
            #expect(client.end() == .reset)
            let answer = try await Web.get("/", at: .ipv4(site.number))
            #expect(answer.status == 403 && answer.body.contains("uid \(geteuid())"))
            let rows = project.tap.store.news(after: 0, limit: 10).rows
            #expect(rows.first?.refusal == "access.stranger" && rows.first?.verdict?.contains("54321") == true)
            _ = try await project.apply(bench.plan(plan("uid:\(geteuid())")))
            let other = try RawConnection(to: raw.number)
            try other.send("hello")
            #expect(try upstream.accept().text(5) == "hello")
            #expect(try await Web.get("/", at: .ipv4(site.number)).status == 200)
        }
    }
    #endif

    @Test func pagesOfOthersOpenNoWebSocketUnlessTheyAreListed() async throws {
        let origin = "http://localhost:5173"
        let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nOrigin: "
        try await bench.withProject { project, port in
            func status(_ fields: String) async throws -> Int {
                try await Web.get("/", host: "a.localhost", fields, at: .ipv4(port)).status
            }
            #expect(try await status(upgrade + origin) == 403)
            #expect(try await status(upgrade + "null") == 403)
            #expect(try await status(upgrade + "http://a.localhost") == 200)
            #expect(try await status("Origin: \(origin)") == 200)
            _ = try await project.apply(bench.plan("access: { origins: \(origin)/ }\n" + ProjectBench.services))
            #expect(try await status(upgrade + origin) == 200)
            #expect(try await status(upgrade + "http://localhost:5174") == 403)
            #expect(try await status(upgrade + "http://b.localhost") == 403)
            _ = try await project.apply(bench.plan("access: { origins: b }\n" + ProjectBench.services))
            #expect(try await status(upgrade + "http://b.localhost") == 200)
            #expect(try await status(upgrade + "http://b.localhost:81") == 403)
            #expect(try await status(upgrade + origin) == 403)
        }
    }
}
