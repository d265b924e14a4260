import HomeportCore
import HomeportLink
import HomeportNet
import LiveTestSupport
import NIOCore
import Testing

@testable import HomeportRuntime

/// Links of a plan: read, started, changed with it, and changed by hand.
@Suite(.timeLimit(.minutes(2))) struct PlanLinksTests {
    private let bench: ProjectBench

    init() throws { bench = try ProjectBench() }

    private func problems(_ text: String) -> [HomeportError] {
        switch bench.read(text) {
        case .success: []
        case .failure(let problems): problems.all
        }
    }

    private func withProject(_ links: String, _ body: (Project) async throws -> Void) async throws {
        try await bench.withProject(ProjectBench.services + links) { project, _ async throws in try await body(project)
        }
    }

    private func port(_ name: String, _ project: Project) async throws -> UInt16 {
        let link = try #require(await project.status.links.first { $0.name == name })
        return try #require(try Endpoint(parsing: link.addresses[0]).port).number
    }

    private func timed(_ port: UInt16) async throws -> (body: String, took: Duration) {
        let began = ContinuousClock.now
        let body = try await Web.get("/", at: .ipv4(port)).body
        return (body, ContinuousClock.now - began)
    }

    @Test func aLinkLeadsToAServiceThatListensNowhereElse() async throws {
        try await withProject("links: { slow: { to: b, latency: 60ms }, b -> a: {} }") { project in
            let slow = try await timed(port("slow", project))
            #expect(slow.body == "two" && slow.took >= .milliseconds(60))
            #expect(try await timed(port("b -> a", project)).body == "one")
            #expect(try await Web.get("/", host: "evil.example", at: .ipv4(port("slow", project))).status == 421)
            let status = await project.status.links
            #expect(status.map(\.name) == ["slow", "b -> a"] && status.map(\.target) == ["b", "a"])
        }
    }

    @Test func aChangedPlanChangesWhatALinkDoesAndKeepsItsPort() async throws {
        try await withProject("links: { slow: { to: b, latency: 10s } }") { project in
            let before = try await port("slow", project)
            let change = try await project.apply(try bench.plan(ProjectBench.services + "links: { slow: { to: a } }"))
            #expect(change.changed == ["link slow"] && change.unchanged == ["a", "b"])
            #expect(try await port("slow", project) == before)
            #expect(try await timed(before).body == "one")
        }
    }

    @Test func aLinkFollowsTheServiceThatTakesItsTargetsPlace() async throws {
        try await withProject("links: { way: { to: b } }") { project in
            _ = try await project.apply(
                try bench.plan("services: { b: { folder: one } }\nlinks: { way: { to: b } }")
            )
            #expect(try await timed(port("way", project)).body == "one")
        }
    }

    @Test func upMakesThePlanTrueWhateverWasSetByHand() async throws {
        try await withProject("links: { slow: { to: b, latency: 1ms } }") { project in
            let edit = try LinkEdit.read("{ latency: 2ms }", file: "test")
            _ = try await project.change(LinkWish(["slow"], .set(edit)))
            func words() async -> [String] { await project.status.links.first?.down.conditions.map(\.text) ?? [] }
            #expect(await words() == ["latency 2ms"])
            #expect(await project.status.links.first?.isEdited == true)
            let change = try await project.apply(project.plan)
            #expect(change.changed == ["link slow"])
            #expect(await words() == ["latency 1ms"])
            #expect(try await project.apply(project.plan).isEmpty)
        }
    }

    @Test func aLinkThatCannotListenLeavesEverythingAsItWas() async throws {
        let taken = try ListeningSockets.open(.loopbacks(nil))
        let number = taken.port
        let port = try #require(number)
        try await withProject("links: { slow: { to: b } }") { project in
            let before = await project.status.links
            let error = await #expect(throws: HomeportError.self) {
                _ = try await project.apply(
                    try bench.plan(
                        "services: { a: { folder: two } }\nlinks: { slow: { to: a }, new: { to: a, listen: \(port) } }"
                    )
                )
            }
            #expect(error?.code == .portTaken)
            #expect(await project.status.links == before)
            let answer = try await timed(self.port("slow", project))
            #expect(answer.body == "two")
        }
        _ = consume taken
    }

    /// A link that keeps its port must end before its successor begins: if that fails, it begins again.
    @Test func aSuccessorThatCannotBeginLeavesTheOldOneRunning() async throws {
        // The same port of UDP has somebody else.
        // One that the kernel gives nobody by itself: what others connect from may be remembered for a minute.
        let port = try FreePorts.find(1)[0]
        let taken = try DatagramSockets.open(.loopbacks(port))
        try await withProject("links: { slow: { to: b, listen: \(port) } }") { project in
            let error = await #expect(throws: HomeportError.self) {
                let links = "links: { slow: { to: udp://127.0.0.1:9, listen: \(port) } }"
                _ = try await project.apply(try bench.plan(ProjectBench.services + links))
            }
            #expect(error?.code == .portTaken)
            let answer = try await timed(port.number)
            #expect(answer.body == "two")
        }
        _ = consume taken
    }

    @Test func problemsStandInTheOrderOfTheirLines() {
        let found = problems(
            """
            services:
              a: { folder: gone }
            links:
              l: { to: nobody, latency: 5 }
              m: { to: a, lisen: 1 }
              n: { to: nobody }
            """
        )
        #expect(found.compactMap { $0.subject?.split(separator: ":")[1] } == ["2", "4", "4", "5", "6"])
    }

    @Test func aRemovedLinkIsGoneAndComesBackWithThePlan() async throws {
        try await withProject("links: { slow: { to: b } }") { project in
            _ = try await project.change(LinkWish(["slow"], .remove))
            #expect(await project.status.links.isEmpty)
            let change = try await project.apply(project.plan)
            #expect(change.added == ["link slow"])
            #expect(await project.status.links.map(\.name) == ["slow"])
        }
    }

    @Test func aGroupsRateIsFeltByAllOfIt() async throws {
        let links = """
            links:
              x: { to: a, group: g, rate: 0bit, rate_per: group }
              y: { to: b, group: g, rate: 0bit, rate_per: group }
            """
        try await withProject(links) { project in
            let waiting = try await port("y", project)
            async let body = Web.get("/", at: .ipv4(waiting)).body
            let edit = try LinkEdit.read("{ rate: 1gbit }", file: "test")
            // The other link of the group.
            _ = try await project.change(LinkWish(["x"], .set(edit)))
            let text = try await body
            #expect(text == "two")
            let words = await project.status.links.map { $0.down.conditions[0][named: "rate"] }
            #expect(words == ["1gbit", "1gbit"])
        }
    }

    @Test func aGroupsTimedRateEndsForAllOfIt() async throws {
        let link = "{ to: a, group: g, rate: 80mbit, rate_per: group }"
        try await withProject("links: { x: \(link), y: \(link) }") { project in
            func rates() async -> [String?] { await project.status.links.map { $0.down.conditions[0][named: "rate"] } }
            let edit = try LinkEdit.read("{ rate: 1mbit }", file: "test")
            _ = try await project.change(LinkWish(["x"], .set(edit), for: .milliseconds(300)))
            try await eventually { await rates() == ["80mbit", "80mbit"] }
            #expect(await project.status.links.map(\.isEdited) == [false, false])
        }
    }

    @Test(arguments: [
        ("links: { l: { to: nobody } }", "there is no service nobody"),
        ("links: { l: { to: a, listen: 55001 }, m: { to: b, listen: 55001 } }", "l listens at"),
        ("links: { x -> a: {}, x->a: {} }", "is there twice"),
        ("links: { l: { to: a, listen: 62893 } }", "the door's own"),
        ("links: { l: { to: nobody, latency: 5 } }", "there is no service nobody"),
        ("links: { l: 5432 }", "is a mapping"),
        ("links: { door -> a: { listen: 55001 } }", "between the door and a service"),
        ("links: { l: { to: a, rate: 1mbit, rate_per: group } }", "is in no group"),
        (
            "links: { l: { to: a, group: g, rate: 1mbit, rate_per: group }, m: { to: a, group: g, rate: 2mbit, rate_per: group } }",
            "the group g has 1mbit by l"
        ),
    ])
    func whatAPlanAsAWholeDoesNotAllow(links: String, what: String) {
        let found = problems(ProjectBench.services + links)
        #expect(found.contains { $0.what.contains(what) }, "\(found.map(\.what))")
        #expect(found.allSatisfy { $0.fix != nil && $0.subject != nil })
    }

    @Test func aTraceIsFoundFromThePlansFolder() throws {
        try bench.folder.write("lte.down", "1\n")
        try bench.folder.write("broken.down", "1\nfast\n")
        let plan = try bench.plan("links: { l: { to: 5432, trace: ./lte.down } }")
        #expect(try plan.links[0].settings().words.down.map(\.text) == ["trace \(bench.folder.path)/lte.down"])
        let found = problems("links: { l: { to: 5432, trace: broken.down } }").first
        #expect(found?.what == "\"fast\" is no time in a trace (\(bench.folder.path)/broken.down:2)")
        #expect(
            problems("links: { l: { to: 5432, trace: gone.down } }").first?.what.hasPrefix("there is no file") == true
        )
    }

    @Test func aPlanMayHaveLinksAlone() throws {
        #expect(try bench.plan("links: { db: { to: 5432, listen: 55432 } }").links.map(\.target) == ["localhost:5432"])
    }
}
