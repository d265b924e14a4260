import HomeportCore
import HomeportHTTP
import HomeportNet
import LiveTestSupport
import NIOCore
import Testing

@testable import HomeportRuntime

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite(.timeLimit(.minutes(2))) struct PlanProjectTests {
    private let bench: ProjectBench

    init() throws { bench = try ProjectBench() }

    private func body(_ host: String, _ port: UInt16) async throws -> String {
        try await Web.get("/", host: host, at: .ipv4(port)).body
    }

    @Test func answersOnBothLoopbacksByName() async throws {
        try await bench.withProject { project, port async throws in
            for place in [Web.Place.ipv4(port), .ipv6(port)] {
                #expect(try await Web.get("/", host: "localhost", at: place).body == "one")
                #expect(try await Web.get("/", host: "b.localhost", at: place).body == "two")
            }
            #expect(try await body("homeport.localhost", port) == "control GET /")
            #expect(try await Web.get("/", host: "evil.example", at: .ipv4(port)).status == 421)
            let status = await project.status
            #expect(status.addresses == ["http://127.0.0.1:\(port)", "http://[::1]:\(port)"])
            #expect(status.services.map(\.url) == ["http://a.localhost:\(port)", "http://b.localhost:\(port)"])
            #expect(status.services.map(\.isDefault) == [true, false])
            #expect(status.plan == "\(bench.folder.path)/homeport.yaml")
        }
    }

    @Test func aChangeIsAppliedToWhatRuns() async throws {
        try await bench.withProject { project, port async throws in
            let change = try await project.apply(
                try bench.plan("services:\n  a: { folder: two }\n  c: { folder: one, default: true }\n")
            )
            #expect(change.added == ["c"] && change.removed == ["b"] && change.changed == ["a"])
            #expect(try await body("a.localhost", port) == "two")
            #expect(try await body("c.localhost", port) == "one")
            #expect(try await body("localhost", port) == "one")
            #expect(try await Web.get("/", host: "b.localhost", at: .ipv4(port)).status == 404)
            #expect(await project.port?.number == port)
        }
    }

    @Test func manyChangesAtOnceEndInOneOfThem() async throws {
        try await bench.withProject { project, port async throws in
            let plans = try (0..<12).map {
                try bench.plan(
                    "services:\n  a: { folder: \($0 % 2 == 0 ? "one" : "two"), live: \($0 % 3 == 0) }\n  s\($0): { folder: one }\n"
                )
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for plan in plans { group.addTask { _ = try await project.apply(plan) } }
                try await group.waitForAll()
            }
            let last = await project.plan
            #expect(plans.contains(last))
            for service in last.services {
                #expect(try await Web.get("/", host: service.name.host, at: .ipv4(port)).status == 200)
            }
            for plan in plans where plan != last {
                #expect(try await Web.get("/", host: plan.services[1].name.host, at: .ipv4(port)).status == 404)
            }
        }
    }

    @Test func aPortThatIsTakenLeavesNothingRunning() async throws {
        try await bench.withProject { _, port async throws in
            let second = Project(
                try bench.plan(ProjectBench.services),
                options: ProjectBench.options(.loopbacks(Port(port)))
            )
            let error = await #expect(throws: HomeportError.self) {
                try await second.start(control: nil, socket: ("\(bench.folder.path)/second.sock", NamedResponder("x")))
            }
            #expect(error?.code == .portTaken)
            #expect(!bench.folder.names(in: "").contains("second.sock"))
            #expect(await second.port == nil)
            #expect(try await body("localhost", port) == "one")
        }
    }

    @Test func aFailureHalfWayLeavesNothingRunning() async throws {
        try bench.folder.write("in-the-way", "no socket")
        let free = try ListeningSockets.open(.loopbacks(nil))
        let number = free.port
        let port = try #require(number)
        for descriptor in free.release() { close(descriptor) }
        let project = Project(try bench.plan(ProjectBench.services), options: ProjectBench.options(.loopbacks(port)))
        await #expect(throws: HomeportError.self) {
            try await project.start(control: nil, socket: ("\(bench.folder.path)/in-the-way", NamedResponder("x")))
        }
        #expect(bench.folder.read("in-the-way") == "no socket")
        // Both loopbacks are free again.
        _ = try ListeningSockets.open(.loopbacks(port))
    }

    @Test func stoppingFreesPortAndSocket() async throws {
        let path = "\(bench.folder.path)/control.sock"
        let project = Project(try bench.plan(ProjectBench.services), options: ProjectBench.options())
        try await project.start(control: nil, socket: (path, NamedResponder("socket")))
        let port = try #require(await project.port)
        #expect(bench.folder.mode("control.sock") == 0o600)
        #expect(try await Web.get("/x", at: .unix(path)).body == "socket GET /x")
        #expect(await project.stop(within: .seconds(5)) == 0)
        #expect(!bench.folder.names(in: "").contains("control.sock"))
        _ = try ListeningSockets.open(.loopbacks(port))
        #expect(await project.stop(within: .zero) == 0)
    }

    @Test func whatHasStoppedTakesNoPlan() async throws {
        try await bench.withProject { project, _ async throws in
            await project.stop(within: .zero)
            let other = try bench.plan("services: { z: { folder: two } }")
            await #expect(throws: HomeportError.self) { try await project.apply(other) }
            #expect(await project.plan.services.count == 2)
        }
    }

    @Test func oneThatNeverStartedCanBeStopped() async throws {
        let project = Project(try bench.plan(ProjectBench.services), options: ProjectBench.options())
        #expect(await project.stop(within: .zero) == 0)
        #expect(await project.status.addresses.isEmpty)
    }
}
