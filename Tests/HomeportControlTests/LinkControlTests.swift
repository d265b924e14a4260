import HomeportCore
import HomeportLink
import HomeportRuntime
import LiveTestSupport
import Testing

@testable import HomeportControl

/// Links by the control socket and by TCP.
@Suite(.timeLimit(.minutes(2))) struct LinkControlTests {
    private let bench: ControlBench

    init() throws { bench = try ControlBench() }

    private func withLink(_ body: (ControlBench.Running) async throws -> Void) async throws {
        try await bench.withProject { running async throws in
            let text =
                "name: shop\nservices: { a: { folder: one, default: true } }\nlinks: { slow: { to: a, latency: 1ms } }"
            _ = try await running.client.change(bench.wish(text))
            try await body(running)
        }
    }

    @Test func linksAreChangedWhileTheyRun() async throws {
        try await withLink { running async throws in
            let set = try await running.client.change(
                LinkChange(["slow"], .set, conditions: "{latency: 5ms, loss: 1%}", for: .seconds(60))
            )
            #expect(set.map { $0.down.conditions.map(\.text) } == [["latency 5ms, loss 1%"]])
            #expect((set.first?.setFor ?? 0) > 50)
            #expect(try await running.client.change(LinkChange(["slow"], .cut)).map(\.isCut) == [true])
            #expect(try await running.client.change(LinkChange(["slow"], .heal)).map(\.isCut) == [false])
            let status = try #require(try await running.client.status())
            #expect(status.links.map(\.name) == ["slow"])
            #expect(try await running.client.change(LinkChange(["slow"], .remove)).isEmpty)
            #expect(running.stops.count == 0)
        }
    }

    @Test(arguments: [
        ("{latency: 5}", "the unit is missing"), ("{latncy: 5ms}", "latncy is no key here"), ("[", "not YAML"),
        ("{duplicate: 1%}", "is for UDP"),
    ])
    func wrongWordsChangeNoLink(conditions: String, what: String) async throws {
        try await withLink { running async throws in
            let error = await #expect(throws: HomeportError.self) {
                _ = try await running.client.change(LinkChange(["slow"], .set, conditions: conditions))
            }
            #expect(error?.what.contains(what) == true && error?.code.blame == .words)
            let links = try await running.client.status()?.links
            #expect(links?.first?.down.conditions.map(\.text) == ["latency 1ms"])
        }
    }

    @Test func whatLinksHaveDoneIsToldToPrometheus() async throws {
        try await withLink { running async throws in
            let port = try #require(
                try await running.client.status()?.links.first?.addresses.first?.split(separator: ":").last
            )
            _ = try await Web.get("/", at: .ipv4(try #require(UInt16(port))))
            let place = Web.Place.ipv4(running.port)
            let field = "Authorization: Bearer \(ControlBench.token)"
            let page = try await Web.get("/api/v1/metrics", host: "homeport.localhost", field, at: place)
            #expect(page.status == 200 && page.field("Content-Type") == LinkMetrics.contentType)
            #expect(page.body.contains("homeport_link_connections_total{link=\"slow\",transport=\"tcp\"} 1\n"))
            let hits =
                "homeport_link_condition_hits_total{link=\"slow\",transport=\"tcp\",direction=\"down\",condition=\"latency\",kind=\"real\"}"
            #expect(page.body.contains(hits))
            #expect(try await Web.get("/api/v1/metrics", host: "homeport.localhost", at: place).status == 401)
        }
    }

    @Test func aLinkThatIsNotThereIsNamed() async throws {
        try await withLink { running async throws in
            let error = await #expect(throws: HomeportError.self) {
                _ = try await running.client.change(LinkChange(["slw"], .cut))
            }
            #expect(error?.what == "there is no link slw in shop")
        }
    }

    @Test func linksAnswerByTCPToWhoHasTheToken() async throws {
        try await withLink { running async throws in
            let place = Web.Place.ipv4(running.port)
            let field = "Authorization: Bearer \(ControlBench.token)"
            let list = try await Web.get("/api/v1/links", host: "homeport.localhost", field, at: place)
            #expect(list.status == 200 && list.body.contains("\"name\":\"slow\""))
            #expect(try await Web.get("/api/v1/links", host: "homeport.localhost", at: place).status == 401)
            let broken = try await Web.ask(
                "POST /api/v1/links",
                host: "homeport.localhost",
                fields: [field],
                body: "{}",
                at: place
            )
            #expect(broken.status == 422)
        }
    }
}
