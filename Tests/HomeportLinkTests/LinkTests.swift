import HomeportConditions
import HomeportCore
import HomeportNet
import NIOCore
import NIOPosix
import Testing

@testable import HomeportLink

@Suite struct LinkTests {
    /// A client, and what the link has dialled for it.
    private func relayed(
        _ conditions: LinkConditions = LinkConditions(),
        _ body: (_ client: Wire, _ upstream: Wire) throws -> Void
    ) async throws {
        let upstream = try Upstream()
        let port = try #require(Port(upstream.port))
        let link = Link(to: AddressDialer(.ipv4(IPv4(bits: 0x7F00_0001), port)), conditions: conditions, seed: 1)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let listener = try await link.start(try ListeningSockets.open(.loopbacks(nil)), group: group) { _ in }
        let client = try Wire(to: listener.port?.number ?? 0)
        let result = Result { try body(client, try upstream.accept()) }
        await listener.stop(within: .zero)
        try await group.shutdownGracefully()
        try result.get()
    }

    private static let late = LinkConditions(
        up: [.latency(Latency(mean: 30_000_000))],
        down: [.latency(Latency(mean: 30_000_000))]
    )

    enum Ending: CaseIterable { case clientFinishes, upstreamFinishes, clientAborts, upstreamAborts }

    /// What each peer sees of the other's end, at once and delayed: data first, then the end, of the same kind.
    @Test(arguments: Ending.allCases, [false, true])
    func endsArriveAsWhatTheyAre(ending: Ending, isLate: Bool) async throws {
        try await relayed(isLate ? Self.late : LinkConditions()) { client, upstream in
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
        try await relayed(Self.late) { client, upstream in
            try client.send("on its way")
            client.finish()
            #expect(try upstream.text(10) == "on its way")
            #expect(upstream.end() == .end)
        }
    }

    @Test func nobodyUpstreamIsAReset() async throws {
        let closed = try Upstream().port
        let port = try #require(Port(closed))
        let link = Link(to: AddressDialer(.ipv4(IPv4(bits: 0x7F00_0001), port)), seed: 1)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let listener = try await link.start(try ListeningSockets.open(.loopbacks(nil)), group: group) { _ in }
        let client = try Wire(to: listener.port?.number ?? 0)
        #expect(client.end() == .reset)
        await listener.stop(within: .zero)
        try await group.shutdownGracefully()
    }

    @Test func manyBytesArriveAsTheyWereThroughEverythingThatKeepsThem() async throws {
        let slice = try #require(Slice(size: 30_000, variation: 20_000))
        let conditions = LinkConditions(up: [
            .latency(Latency(mean: 5_000_000, jitter: 4_000_000)), .rate(Rate(bitsPerSecond: 800_000_000)),
            .loss(StreamLoss(.bernoulli(0.001), recovery: 2_000_000)), .slice(slice),
        ])
        try await relayed(conditions) { client, upstream in
            // Less than what the kernel and the link hold between them, so that one thread can do both sides.
            let bytes = (0..<400_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
            try client.send(bytes)
            client.finish()
            #expect(try upstream.receive(bytes.count) == bytes)
            #expect(upstream.end() == .end)
        }
    }
}
