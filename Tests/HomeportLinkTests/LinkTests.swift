import HomeportConditions
import HomeportCore
import HomeportNet
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
    /// A client, and what the link has dialled for it.
    private func relayed(
        _ words: String = "{}",
        _ body: (_ link: Link, _ client: Wire, _ upstream: Wire) async throws -> Void
    ) async throws {
        let upstream = try Upstream()
        try await withLink(words, to: upstream.port) { link in
            let client = try Wire(to: link.port?.number ?? 0)
            try await body(link, client, try upstream.accept())
        }
    }

    private static let late = "{ latency: 30ms, direction: both }"

    enum Ending: CaseIterable { case clientFinishes, upstreamFinishes, clientAborts, upstreamAborts }

    /// What each peer sees of the other's end, at once and delayed: data first, then the end, of the same kind.
    @Test(arguments: Ending.allCases, [false, true])
    func endsArriveAsWhatTheyAre(ending: Ending, isLate: Bool) async throws {
        try await relayed(isLate ? Self.late : "{}") { _, client, upstream in
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
        try await relayed(Self.late) { _, client, upstream in
            try client.send("on its way")
            client.finish()
            #expect(try upstream.text(10) == "on its way")
            #expect(upstream.end() == .end)
        }
    }

    @Test func nobodyUpstreamIsAReset() async throws {
        let closed = try Upstream().port
        try await withLink("{}", to: closed) { link in
            let client = try Wire(to: link.port?.number ?? 0)
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
        try await relayed(words) { _, client, upstream in
            // Less than what the kernel and the link hold between them, so that one thread can do both sides.
            let bytes = (0..<400_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
            try client.send(bytes)
            client.finish()
            #expect(try upstream.receive(bytes.count) == bytes)
            #expect(upstream.end() == .end)
        }
    }

    @Test func whoHalfClosesAndDiesIsMissedUpstream() async throws {
        try await relayed { link, client, upstream in
            client.finish()
            #expect(upstream.end() == .end)
            client.abort()
            // As without a link between: what is sent on finds nobody.
            var failure: Wire.Failure?
            for _ in 0..<1000 where failure == nil {
                do { try upstream.send([UInt8](repeating: 0, count: 10_000)) } catch {
                    failure = error as? Wire.Failure
                }
                usleep(1000)
            }
            #expect(failure != nil)
            try await untilNobodyIsLeft(link)
        }
    }

    @Test func aSlowReaderThatHasEndedGetsEverythingBeforeTheEnd() async throws {
        try await relayed { link, client, upstream in
            client.finish()
            #expect(upstream.end() == .end)
            // As much as the kernel and the link hold between them, so that one thread can do both sides.
            let bytes = (0..<1_500_000).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 9) }
            try upstream.send(bytes)
            upstream.finish()
            usleep(200_000)
            #expect(try client.receive(bytes.count) == bytes)
            #expect(client.end() == .end)
        }
    }

    @Test func anEndThatABlackHoleSwallowsKeepsNobody() async throws {
        try await relayed("{ blackhole: true }") { link, client, upstream in
            client.finish()
            #expect(upstream.end() == .end)
            upstream.finish()
            try await untilNobodyIsLeft(link)
        }
    }

    @Test func aTargetThatCannotBeReachedKeepsNobody() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let plan = LinkPlan(name: "test", to: .endpoint(try Endpoint(parsing: "unix:/tmp/homeport-nobody")))
        let link = try await start(plan, group)
        for _ in 0..<20 { _ = try Wire(to: link.port?.number ?? 0).end() }
        try await untilNobodyIsLeft(link)
        #expect(try await link.status.failed == 20)
        await link.stop(within: .zero)
        try await group.shutdownGracefully()
    }

    private func untilNobodyIsLeft(_ link: Link) async throws {
        let deadline = ContinuousClock.now + .seconds(5)
        while try await link.status.open > 0, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(try await link.status.open == 0)
    }

    // MARK: Change

    @Test func aCutHoldsEverythingAndHealingLosesNothing() async throws {
        try await relayed { link, client, upstream in
            try await link.cut()
            try client.send("held")
            #expect(try await link.status.up.bytes == 0)
            try await link.heal()
            #expect(try upstream.text(4) == "held")
            #expect(try await link.status.up.bytes == 4)
        }
    }

    @Test func aCutForATimeHealsByItself() async throws {
        try await relayed { link, client, upstream in
            let began = ContinuousClock.now
            try await link.cut(for: .milliseconds(100))
            try client.send("held")
            #expect(try upstream.text(4) == "held")
            #expect(ContinuousClock.now - began > .milliseconds(90))
            #expect(try await !link.status.isCut)
        }
    }

    @Test func whatIsSetForATimeGoesBackToWhatWasBefore() async throws {
        try await relayed("{ latency: 1ms }") { link, client, upstream in
            let began = ContinuousClock.now
            try await link.set(LinkEdit.read("{ latency: 10s }", file: "test"), for: .milliseconds(200))
            try upstream.send("waits")
            #expect(try client.text(5) == "waits")
            #expect(ContinuousClock.now - began >= .milliseconds(200))
            #expect(try await link.status.down.conditions.first?[named: "latency"] == "1ms")
            #expect(try await link.status.setFor == nil)
        }
    }

    @Test func whatIsSetForGoodMeanwhileStays() async throws {
        try await relayed("{ latency: 1ms }") { link, client, upstream in
            try await link.set(LinkEdit.read("{ latency: 10s }", file: "test"), for: .milliseconds(100))
            try await link.set(LinkEdit.read("{ rate: 8mbit }", file: "test"))
            try upstream.send("waits")
            #expect(try client.text(5) == "waits")
            let words = try await link.status.down.conditions.first
            #expect(words?[named: "latency"] == "1ms" && words?[named: "rate"] == "8mbit")
        }
    }

    @Test func eachTimeUndoesItsOwnWordsAlone() async throws {
        try await relayed("{ latency: 1ms }") { link, _, _ in
            func words() async throws -> String { try await link.status.down.conditions.map(\.text).joined() }
            try await link.set(LinkEdit.read("{ latency: 9ms }", file: "test"), for: .seconds(60))
            try await link.set(LinkEdit.read("{ rate: 8mbit }", file: "test"), for: .milliseconds(50))
            let deadline = ContinuousClock.now + .seconds(10)
            while try await words() != "latency 9ms", ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(try await words() == "latency 9ms")
            // What is said later for good holds at once, and stays.
            try await link.set(LinkEdit.read("{ latency: 2ms }", file: "test"))
            #expect(try await words() == "latency 2ms")
        }
    }

    @Test func wordsThatDoNotGoTogetherChangeNothing() async throws {
        try await relayed("{ latency: 1ms }") { link, _, _ in
            await #expect(throws: HomeportError.self) {
                try await link.set(LinkEdit.read("{ duplicate: 5% }", file: "test"))
            }
            let conditions = try await link.status.down.conditions
            #expect(conditions.map(\.text) == ["latency 1ms"])
        }
    }

    @Test func liveConnectionsAreResetAtWill() async throws {
        try await relayed { link, client, upstream in
            try await link.set(LinkEdit.read("{ reset_after: 0s }", file: "test"))
            #expect(client.end() == .reset)
            #expect(upstream.end() == .reset)
        }
    }

    @Test func refusedAndUnreachableConnectsAreWhatTheySay() async throws {
        try await relayed { link, client, upstream in
            let port = link.port?.number ?? 0
            try await link.set(LinkEdit.read("{ refuse: true }", file: "test"))
            #expect(throws: Wire.Failure(call: "connect", number: ECONNREFUSED)) { try Wire(to: port) }
            try await link.set(LinkEdit.read("{ unreachable: true }", file: "test"))
            #expect(throws: Wire.Failure(call: "connect", number: ETIMEDOUT)) {
                try Wire(to: port, within: 300)
            }
            // Who was there is still there.
            try client.send("still here")
            #expect(try upstream.text(10) == "still here")
            try await link.set(LinkEdit.read("{ unreachable: false }", file: "test"))
            _ = try Wire(to: port)
            #expect(try await link.status.opened == 2)
        }
    }

    @Test func whatEachConditionDidIsCounted() async throws {
        try await relayed("{ latency: 5ms }") { link, client, upstream in
            try upstream.send("late")
            #expect(try client.text(4) == "late")
            let down = try await link.status.down
            #expect(down.bytes == 4)
            #expect(down.effects.map(\.condition) == ["latency"] && down.effects.first?.hits == 1)
            #expect(abs((down.effects.first?.milliseconds ?? 0) - 5) < 0.001)
        }
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
        let links = [try await start(inner, group), try await start(outer, group)]
        let client = try Wire(to: links[1].port?.number ?? 0)
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
        let inner = try await start(plan, group)
        plan.name = "outer"
        let outer = try await Link.start(plan, to: .stream(inner, text: "inner"), shared: nil, group: group) { _ in }
        let client = try Wire(to: outer.port?.number ?? 0)
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

    // MARK: Datagrams

    private func flowing(
        _ words: String,
        idle: Duration = .seconds(60),
        _ body: (_ link: Link, _ client: DatagramWire, _ server: DatagramWire) async throws -> Void
    ) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let server = try DatagramWire()
        var plan = LinkPlan(name: "test", to: .endpoint(try Endpoint(parsing: "udp://127.0.0.1:\(server.port)")))
        plan.edit = try LinkEdit.read(words, file: "test")
        plan.idle = idle
        let link = try await start(plan, group)
        do {
            let client = try DatagramWire()
            client.connect(to: link.port?.number ?? 0)
            try await body(link, client, server)
        } catch {
            await link.stop(within: .zero)
            try await group.shutdownGracefully()
            throw error
        }
        await link.stop(within: .zero)
        try await group.shutdownGracefully()
    }

    @Test func datagramsFindTheirWayThereAndBack() async throws {
        try await flowing("{ latency: 5ms, direction: both }") { link, client, server in
            client.send("ask")
            let (question, from) = try server.receive()
            #expect(question == "ask")
            server.send("answer", to: from)
            #expect(try client.receive().text == "answer")
            let status = try await link.status
            #expect(status.transport == "udp" && status.open == 1 && status.up.bytes == 3 && status.down.bytes == 6)
        }
    }

    @Test func eachClientHasAFlowOfItsOwn() async throws {
        try await flowing("{}") { link, client, server in
            let other = try DatagramWire()
            other.connect(to: link.port?.number ?? 0)
            client.send("one")
            let first = try server.receive()
            other.send("two")
            let second = try server.receive()
            #expect(first.from != second.from)
            server.send("to one", to: first.from)
            server.send("to two", to: second.from)
            #expect(try client.receive().text == "to one")
            #expect(try other.receive().text == "to two")
        }
    }

    @Test func aFlowEndsWhenItHasBeenIdle() async throws {
        try await flowing("{}", idle: .milliseconds(50)) { link, client, server in
            client.send("x")
            _ = try server.receive()
            let deadline = ContinuousClock.now + .seconds(5)
            while try await link.status.open > 0, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(5))
            }
            let status = try await link.status
            #expect(status.open == 0 && status.opened == 1)
            // And the next one begins another.
            client.send("y")
            #expect(try server.receive().text == "y")
        }
    }

    @Test func lostAndDoubledDatagramsAreLostAndDoubled() async throws {
        try await flowing("{ direction: up, loss: 100% }") { link, client, server in
            for _ in 0..<10 { client.send("x") }
            client.send("y")
            let deadline = ContinuousClock.now + .seconds(5)
            while try await (link.status.up.effects.first?.hits ?? 0) < 11, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(5))
            }
            let loss = try await link.status.up.effects.first
            #expect(loss?.condition == "loss" && loss?.kind == "real" && loss?.hits == 11 && loss?.discardedBytes == 11)
            try await link.set(LinkEdit.read("{ direction: up, loss: off, duplicate: 100% }", file: "test"))
            client.send("twice")
            #expect(try server.receive().text == "twice")
            #expect(try server.receive().text == "twice")
        }
    }

    @Test func aTargetThatIsNotThereYetIsFoundLater() async throws {
        try await flowing("{}") { link, client, server in
            let port = server.port
            server.close()
            client.send("nobody")
            // The kernel says that nobody was there; the flow lives on.
            try await Task.sleep(for: .milliseconds(20))
            let again = try DatagramWire(port: port)
            client.send("somebody")
            #expect(try again.receive().text == "somebody")
            #expect(try await link.status.opened == 1)
        }
    }

    @Test func manyConnectionsLeaveNothingBehind() async throws {
        let upstream = try Upstream()
        try await withLink("{ latency: 1ms, direction: both }", to: upstream.port) { link in
            for round in 0..<100 {
                let client = try Wire(to: link.port?.number ?? 0)
                let far = try upstream.accept()
                try client.send("hello")
                switch round % 4 {
                case 0: client.abort()
                case 1: far.abort()
                case 2: client.finish()
                default: break
                }
            }
            let deadline = ContinuousClock.now + .seconds(5)
            while try await link.status.open > 0, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(5))
            }
            let status = try await link.status
            #expect(status.open == 0 && status.opened == 100)
        }
    }

    // MARK: Parts

    private func withLink(_ words: String, to port: UInt16, _ body: (Link) async throws -> Void) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var plan = LinkPlan(name: "test", to: .endpoint(try Endpoint(parsing: "127.0.0.1:\(port)")))
        plan.edit = try LinkEdit.read(words, file: "test")
        let link = try await start(plan, group)
        do { try await body(link) } catch {
            await link.stop(within: .zero)
            try await group.shutdownGracefully()
            throw error
        }
        await link.stop(within: .zero)
        try await group.shutdownGracefully()
    }

    private func start(_ plan: LinkPlan, _ group: MultiThreadedEventLoopGroup) async throws -> Link {
        guard case .endpoint(let endpoint) = plan.to else { throw ChannelError.operationUnsupported }
        let target: LinkTarget =
            plan.isDatagram
            ? .datagram(endpoint.place) : .stream(AddressDialer(endpoint.place), text: endpoint.description)
        return try await Link.start(plan, to: target, shared: nil, group: group) { _ in }
    }
}
