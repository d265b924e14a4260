import HomeportConditions
import HomeportCore
import HomeportNet
import LiveTestSupport
import NIOCore
import NIOPosix
import Testing

@testable import HomeportLink

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite struct LinkTests {
    private static let late = "{ latency: 30ms, direction: both }"

    enum Ending: CaseIterable { case clientFinishes, upstreamFinishes, clientAborts, upstreamAborts }

    /// What each peer sees of the other's end, at once and delayed: data first, then the end, of the same kind.
    @Test(arguments: Ending.allCases, [false, true])
    func endsArriveAsWhatTheyAre(ending: Ending, isLate: Bool) async throws {
        try await LinkBench.relayed(isLate ? Self.late : "{}") { _, client, upstream in
            let isClients = ending == .clientFinishes || ending == .clientAborts
            let (one, other) = isClients ? (client, upstream) : (upstream, client)
            try one.send("last words")
            #expect(try other.text(10) == "last words")
            switch ending {
            case .clientFinishes, .upstreamFinishes:
                one.finish()
                #expect(other.end() == .end)
                // Half of it goes on.
                try other.send("still here")
                #expect(try one.text(10) == "still here")
                other.finish()
                #expect(one.end() == .end)
            case .clientAborts, .upstreamAborts:
                one.abort()
                #expect(other.end() == .reset)
            }
        }
    }

    @Test func dataThatIsStillOnItsWayArrivesBeforeTheEnd() async throws {
        try await LinkBench.relayed(Self.late) { _, client, upstream in
            try client.send("on its way")
            client.finish()
            #expect(try upstream.text(10) == "on its way")
            #expect(upstream.end() == .end)
        }
    }

    @Test func nobodyUpstreamIsAReset() async throws {
        let closed = try Upstream(listens: false)
        try await LinkBench.withLink("{}", to: closed.port) { link in
            let client = try RawConnection(to: link.port?.number ?? 0)
            #expect(client.end() == .reset)
            let status = try await link.status
            #expect(status.failed == 1 && status.open == 0)
        }
    }

    @Test func manyBytesArriveAsTheyWereThroughEverythingThatKeepsThem() async throws {
        let words = """
            { direction: up, latency: 5ms, jitter: 4ms, rate: 800mbit, loss: 0.1%, recovery: 2ms, slice: 30kB,
              slice_variation: 20kB }
            """
        try await LinkBench.relayed(words) { _, client, upstream in
            // Less than what the kernel and the link hold between them, so that one thread can do both sides.
            let bytes = (0..<400_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
            try client.send(bytes)
            client.finish()
            #expect(try upstream.receive(bytes.count) == bytes)
            #expect(upstream.end() == .end)
        }
    }

    @Test func whoHalfClosesAndDiesIsMissedUpstream() async throws {
        try await LinkBench.relayed { link, client, upstream in
            client.finish()
            #expect(upstream.end() == .end)
            client.abort()
            // As without a link between: what is sent on finds nobody.
            var failure: RawConnection.Failure?
            let deadline = ContinuousClock.now + .seconds(10)
            while failure == nil, ContinuousClock.now < deadline {
                do { try upstream.send([UInt8](repeating: 0, count: 10_000)) } catch {
                    failure = error as? RawConnection.Failure
                }
            }
            #expect(failure != nil)
            try await LinkBench.untilNobodyIsLeft(link)
        }
    }

    @Test func aSlowReaderThatHasEndedGetsEverythingBeforeTheEnd() async throws {
        try await LinkBench.relayed { link, client, upstream in
            client.finish()
            #expect(upstream.end() == .end)
            // As much as the kernel and the link hold between them, so that one thread can do both sides.
            let bytes = (0..<1_500_000).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 9) }
            try upstream.send(bytes)
            upstream.finish()
            // Until the link has taken what it will take before somebody reads.
            var taken: UInt64 = 0
            try await eventually {
                let before = taken
                taken = try await link.status.down.bytes
                return taken > 0 && taken == before
            }
            #expect(try client.receive(bytes.count) == bytes)
            #expect(client.end() == .end)
        }
    }

    @Test func anEndThatABlackHoleSwallowsKeepsNobody() async throws {
        try await LinkBench.relayed("{ blackhole: true }") { link, client, upstream in
            client.finish()
            #expect(upstream.end() == .end)
            upstream.finish()
            try await LinkBench.untilNobodyIsLeft(link)
        }
    }

    /// Its end was swallowed: what is sent to it later finds nobody, and is not counted as delivered.
    @Test func whoSendsToAClientThatIsGoneIsToldSo() async throws {
        try await LinkBench.relayed { link, client, upstream in
            try client.send("here")
            #expect(try upstream.text(4) == "here")
            try await link.set(LinkEdit.read("{ blackhole: true, direction: both }", file: "test"))
            client.abort()
            try await eventually { try await link.status.up.effects.first?.hits ?? 0 > 0 }
            try await link.set(LinkEdit.read("{ clear: true }", file: "test"))
            try upstream.send("anybody?")
            #expect(upstream.end() == .reset)
            #expect(try await link.status.down.bytes == 0)
            try await LinkBench.untilNobodyIsLeft(link)
        }
    }

    @Test(arguments: ["reset_after: 0s", "close_after: 0s", "reset_after: 0B", "reset_after: 1ms"])
    func connectionsThatEndAtOnceAreGone(words: String) async throws {
        let upstream = try Upstream()
        try await LinkBench.withLink("{ \(words) }", to: upstream.port) { link in
            for _ in 0..<10 { _ = try RawConnection(to: link.port?.number ?? 0).end() }
            try await LinkBench.untilNobodyIsLeft(link)
        }
    }

    @Test func aTargetThatCannotBeReachedKeepsNobody() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let plan = LinkPlan(name: "test", to: .endpoint(try Endpoint(parsing: "unix:/tmp/homeport-nobody")))
        let link = try await LinkBench.start(plan, group)
        for _ in 0..<20 { _ = try RawConnection(to: link.port?.number ?? 0).end() }
        try await LinkBench.untilNobodyIsLeft(link)
        #expect(try await link.status.failed == 20)
        await link.stop(within: .zero)
        try await group.shutdownGracefully()
    }

    // MARK: Places

    @Test func unixSocketsOnBothSides() async throws {
        let folder = "/tmp/homeport-link-\(getpid())"
        mkdir(folder, 0o700)
        defer { rmdir(folder) }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let upstream = try Upstream()
        // One link's unix socket is the other one's target.
        var inner = LinkPlan(name: "inner", to: .endpoint(try Endpoint(parsing: "127.0.0.1:\(upstream.port)")))
        inner.listen = .address(.unix("\(folder)/s"))
        var outer = LinkPlan(name: "outer", to: .endpoint(try Endpoint(parsing: "unix:\(folder)/s")))
        outer.edit = try LinkEdit.read("{ latency: 5ms }", file: "test")
        let links = [try await LinkBench.start(inner, group), try await LinkBench.start(outer, group)]
        let client = try RawConnection(to: links[1].port?.number ?? 0)
        let far = try upstream.accept()
        try far.send("through both")
        #expect(try client.text(12) == "through both")
        client.finish()
        #expect(far.end() == .end)
        for link in links { await link.stop(within: .zero) }
        #expect(access("\(folder)/s", F_OK) != 0)
        try await group.shutdownGracefully()
    }

    /// A link is a dialer that wraps another: here one link leads through a second one, which has a port of its own, too.
    @Test func aLinkIsADialerThatWrapsAnother() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let upstream = try Upstream()
        var plan = LinkPlan(name: "inner", to: .endpoint(try Endpoint(parsing: "127.0.0.1:\(upstream.port)")))
        plan.edit = try LinkEdit.read("{ latency: 20ms }", file: "test")
        let inner = try await LinkBench.start(plan, group)
        plan.name = "outer"
        let outer = try await Link.start(plan, to: .stream(inner, text: "inner"), shared: nil, group: group) { _ in }
        let client = try RawConnection(to: outer.port?.number ?? 0)
        let far = try upstream.accept()
        let began = ContinuousClock.now
        try far.send("through both")
        #expect(try client.text(12) == "through both")
        #expect(ContinuousClock.now - began >= .milliseconds(40))
        client.finish()
        #expect(far.end() == .end)
        for link in [inner, outer] {
            #expect(try await link.status.opened == 1)
            await link.stop(within: .zero)
        }
        try await group.shutdownGracefully()
    }

    @Test func manyConnectionsLeaveNothingBehind() async throws {
        let upstream = try Upstream()
        try await LinkBench.withLink("{ latency: 1ms, direction: both }", to: upstream.port) { link in
            for round in 0..<100 {
                let client = try RawConnection(to: link.port?.number ?? 0)
                let far = try upstream.accept()
                try client.send("hello")
                switch round % 4 {
                case 0: client.abort()
                case 1: far.abort()
                case 2: client.finish()
                default: break
                }
            }
            try await eventually { try await link.status.open == 0 }
            #expect(try await link.status.opened == 100)
        }
    }
}
