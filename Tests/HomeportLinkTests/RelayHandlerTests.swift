import HomeportConditions
import HomeportCore
import NIOCore
import NIOEmbedded
import Testing

@testable import HomeportLink

/// Two ends in virtual time.
private final class Bench {
    let loop = EmbeddedEventLoop()
    let client, upstream: EmbeddedChannel
    private let ends: (client: RelayHandler, upstream: RelayHandler)

    init(up: String = "", down: String = "") throws {
        let words = try LinkWords.parsed(up: "{\(up)}", down: "{\(down)}")
        let profile = LinkProfile(words, isCut: false, own: Lines(), group: nil, draws: Draws(seed: 1), now: 0)
        let (loop, opened) = (loop, loop.now.uptimeNanoseconds)
        func end(_ way: LinkProfile.Way, _ draws: Draws) -> RelayHandler {
            let facts = ConnectionFacts(number: 1, clientPort: nil)
            return RelayHandler(
                RelayLane(way, for: facts, draws: draws, opened: opened),
                on: loop,
                WakeHabit(awake: .zero)
            )
        }
        ends = (end(profile.up, Draws(seed: 1, 0)), end(profile.down, Draws(seed: 1, 1)))
        client = EmbeddedChannel(loop: loop)
        upstream = EmbeddedChannel(loop: loop)
        try client.pipeline.syncOperations.addHandler(ends.client)
        try upstream.pipeline.syncOperations.addHandler(ends.upstream)
        for channel in [client, upstream] {
            channel.connect(to: try SocketAddress(unixDomainSocketPath: "/x"), promise: nil)
        }
        RelayHandler.join(ends.client, ends.upstream)
    }

    func send(_ text: String, on channel: EmbeddedChannel) throws {
        try channel.writeInbound(ByteBuffer(string: text))
    }

    func finish(_ channel: EmbeddedChannel) {
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        loop.run()
    }

    func received(_ channel: EmbeddedChannel) throws -> String {
        var text = ""
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: buffer) }
        return text
    }

    func become(up: String = "", down: String = "") throws {
        let words = try LinkWords.parsed(up: "{\(up)}", down: "{\(down)}")
        let now = loop.now.uptimeNanoseconds
        let profile = LinkProfile(words, isCut: false, own: Lines(), group: nil, draws: Draws(seed: 1), now: now)
        ends.client.become(profile.up, ConnectionFacts(number: 1, clientPort: nil))
        ends.upstream.become(profile.down, ConnectionFacts(number: 1, clientPort: nil))
    }

    func pass(_ milliseconds: Int64) { loop.advanceTime(by: .milliseconds(milliseconds)) }
}

extension LinkWords {
    /// From mappings as plans have them.
    static func parsed(up: String, down: String) throws -> LinkWords {
        let edit = try LinkEdit.read("{ up: \(up), down: \(down) }", file: "test")
        return try edit.applied(to: LinkWords(), isDatagram: nil)
    }
}

@Suite struct RelayHandlerTests {
    @Test func withoutConditionsWhatComesGoesAtOnceBothWays() throws {
        let bench = try Bench()
        try bench.send("to", on: bench.client)
        try bench.send("fro", on: bench.upstream)
        #expect(try bench.received(bench.upstream) == "to")
        #expect(try bench.received(bench.client) == "fro")
    }

    @Test func oneDirectionIsLateTheOtherIsNot() throws {
        let bench = try Bench(down: "latency: 80ms")
        try bench.send("ask", on: bench.client)
        try bench.send("answer", on: bench.upstream)
        #expect(try bench.received(bench.upstream) == "ask")
        bench.pass(79)
        #expect(try bench.received(bench.client) == "")
        bench.pass(1)
        #expect(try bench.received(bench.client) == "answer")
    }

    @Test func theEndIsAsLateAsTheData() throws {
        let bench = try Bench(up: "latency: 50ms")
        try bench.send("last", on: bench.client)
        bench.finish(bench.client)
        #expect(bench.upstream.isActive)
        bench.pass(50)
        #expect(try bench.received(bench.upstream) == "last")
        // An embedded channel knows no half: closing its output closes it.
        #expect(!bench.upstream.isActive)
    }

    @Test func aCutEndsBothSidesAfterItsBytes() throws {
        let bench = try Bench(up: "reset_after: 3B")
        try bench.send("abcdef", on: bench.client)
        bench.loop.run()
        #expect(try bench.received(bench.upstream) == "abc")
        #expect(!bench.client.isActive && !bench.upstream.isActive)
    }

    @Test func bitsAreTurnedInTheRightByte() throws {
        let bench = try Bench(up: "latency: 10ms, corrupt_at: 4")
        try bench.send("abc", on: bench.client)
        try bench.send("def", on: bench.client)
        bench.pass(10)
        #expect(try bench.received(bench.upstream) == "abcddf")
    }

    @Test func slicesArriveOneByOne() throws {
        let bench = try Bench(up: "slice: 2B, slice_pause: 1ms")
        try bench.send("abcdef", on: bench.client)
        #expect(try bench.received(bench.upstream) == "ab")
        bench.pass(1)
        #expect(try bench.received(bench.upstream) == "cd")
        bench.pass(1)
        #expect(try bench.received(bench.upstream) == "ef")
    }

    @Test func slicesWithoutAPauseAreWritesOfTheirOwn() throws {
        let bench = try Bench(up: "slice: 2B")
        try bench.send("abcdef", on: bench.client)
        var pieces: [String] = []
        while let piece = try bench.upstream.readOutbound(as: ByteBuffer.self) { pieces.append(String(buffer: piece)) }
        #expect(pieces == ["ab", "cd", "ef"])
    }

    @Test func aChangeReTimesWhatWaits() throws {
        let bench = try Bench(down: "latency: 1s")
        try bench.send("slow", on: bench.upstream)
        bench.pass(100)
        try bench.become(down: "latency: 150ms")
        #expect(try bench.received(bench.client) == "")
        bench.pass(50)
        #expect(try bench.received(bench.client) == "slow")
    }

    @Test func aConditionThatGoesLetsGoOfWhatItHeldInOrder() throws {
        let bench = try Bench(down: "latency: 1s, stall: true")
        try bench.send("one ", on: bench.upstream)
        bench.pass(1000)
        try bench.send("two", on: bench.upstream)
        try bench.become(down: "")
        #expect(try bench.received(bench.client) == "one two")
    }
}
