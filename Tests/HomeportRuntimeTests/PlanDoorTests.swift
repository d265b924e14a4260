import HomeportCore
import HomeportLink
import LiveTestSupport
import Testing

@testable import HomeportRuntime

/// What stands behind the door: services that run already, names, paths, tunnels, and links before them.
@Suite(.timeLimit(.minutes(2))) struct PlanDoorTests {
    private let bench: ProjectBench

    init() throws { bench = try ProjectBench() }

    /// A project in front of another one, so that what is passed on is answered by somebody.
    private func withTwo(
        _ services: (UInt16) -> String,
        _ body: (Project, UInt16) async throws -> Void
    ) async throws {
        try await bench.withProject { _, there in
            try await bench.withProject(services(there), body)
        }
    }

    @Test func pathsAndNamesFindTheirService() async throws {
        let services = "services:\n  a: { folder: one, default: true, routes: { /b: far, /b/one: a } }\n"
        try await withTwo {
            services + "  far: { to: \($0), names: [ other, '*.far' ] }\n"
        } _: { project, port in
            // The other project knows none of those names, and says so.
            for (host, wanted) in [
                ("a.localhost", "one"), ("localhost", "one"), ("far.localhost", "No service is called far"),
                ("other.localhost", "No service is called other"),
                ("x.y.far.localhost", "No service is called x.y.far"),
                ("notfar.localhost", "No service is called notfar\n"),
            ] {
                let answer = try await Web.ask("GET /", host: host, at: .ipv4(port))
                #expect(answer.body.hasPrefix(wanted), "\(host)")
            }
            // The other project's folders have no such file either, but it was there.
            let passedOn = try await Web.ask("GET /b/nothing", host: "a.localhost", at: .ipv4(port))
            let here = try await Web.ask("GET /bb", host: "a.localhost", at: .ipv4(port))
            let ownAgain = try await Web.ask("GET /b/one", host: "a.localhost", at: .ipv4(port))
            #expect([passedOn, here, ownAgain].map { $0.field("Via") != nil } == [true, false, false])
        }
    }

    @Test func aTunnelLeadsToNamesAlone() async throws {
        let upstream = try Upstream()
        let services = ProjectBench.services + "  raw: { to: 'tcp://127.0.0.1:\(upstream.port)' }\n"
        try await bench.withProject(services) { _, port in
            let client = try RawConnection(to: port)
            try client.send("CONNECT a.localhost:80 HTTP/1.1\r\nHost: a.localhost:80\r\n\r\n")
            #expect(try client.head().hasPrefix("HTTP/1.1 200"))
            try client.send("GET / HTTP/1.1\r\nHost: b.localhost\r\n\r\n")
            #expect(try client.head().hasPrefix("HTTP/1.1 200"))
            #expect(try client.text(3) == "two")

            let raw = try RawConnection(to: port)
            try raw.send("CONNECT raw.localhost:5432 HTTP/1.1\r\nHost: raw.localhost:5432\r\n\r\nearly")
            #expect(try raw.head().hasPrefix("HTTP/1.1 200"))
            let server = try upstream.accept()
            #expect(try server.text(5) == "early")
            try server.send("hello")
            #expect(try raw.text(5) == "hello")
            raw.finish()
            #expect(server.end() == .end)

            for host in ["zzz.localhost:80", "127.0.0.1:22", "localhost:22"] {
                let other = try RawConnection(to: port)
                try other.send("CONNECT \(host) HTTP/1.1\r\nHost: \(host)\r\n\r\n")
                #expect(try other.head().hasPrefix("HTTP/1.1 403"))
            }
        }
    }

    /// What speaks no HTTP is dialled where it is, also if service and link come with one change.
    @Test func aLinkLeadsToAServiceThatCameWithIt() async throws {
        let upstream = try Upstream()
        try await bench.withProject { project, _ in
            let raw = "  raw: { to: 'tcp://127.0.0.1:\(upstream.port)' }\nlinks: { l: { to: raw } }\n"
            _ = try await project.apply(bench.plan(ProjectBench.services + raw))
            let port = try #require(await project.link("l")?.port)
            let client = try RawConnection(to: port.number)
            try client.send("no HTTP")
            #expect(try upstream.accept().text(7) == "no HTTP")
        }
    }

    @Test func aLinkStandsBetweenDoorAndService() async throws {
        let plan = ProjectBench.services + "links: { door -> b: { http: [ { path: /x, status: 503 } ] } }\n"
        try await bench.withProject(plan) { project, port in
            func status(_ path: String) async throws -> Int {
                try await Web.ask("GET \(path)", host: "b.localhost", at: .ipv4(port)).status
            }
            #expect(try await status("/") == 200)
            #expect(try await status("/x") == 503)
            #expect(try await Web.ask("GET /x", host: "a.localhost", at: .ipv4(port)).status == 404)
            let link = try #require(await project.status.links.first)
            #expect(link.name == "door -> b" && link.addresses.isEmpty && link.opened > 0 && !link.isEdited)
            // Refused: those who are there stay, and new ones find nobody.
            _ = try await project.change(LinkWish(["door -> b"], .set(LinkEdit.read("{ refuse: true }", file: "t"))))
            _ = try await project.apply(bench.plan(ProjectBench.services + "links: { door -> b: { refuse: true } }\n"))
            #expect(try await status("/") == 502)
            _ = try await project.apply(bench.plan(ProjectBench.services))
            #expect(try await status("/x") == 404)
        }
    }

    @Test(arguments: [
        ("a: { folder: one, routes: { /b: c } }", "there is no service c"),
        ("a: { folder: one, routes: { b: a } }", "is no path"),
        ("a: { folder: one, routes: { /d: d } }\n  d: { to: 'tcp://127.0.0.1:1' }", "does not speak HTTP"),
        ("a: { folder: one, names: [ b ] }\n  b: { folder: two }", "is b's already"),
        ("a: { folder: one, names: [ homeport ] }", "reserved"),
        ("a: { folder: one, names: [ '*' ] }", "not a service name"),
        ("a: { to: 'tcp://127.0.0.1:1', names: [ x ] }", "only a service of HTTP"),
    ])
    func whatCannotStandBehindADoor(services: String, what: String) throws {
        guard case .failure(let problems) = bench.read("services:\n  \(services)\n") else {
            Issue.record("it was taken")
            return
        }
        #expect(problems.all.contains { $0.what.contains(what) && $0.fix != nil }, "\(problems.all.map(\.what))")
    }
}
