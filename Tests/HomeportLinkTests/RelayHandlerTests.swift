import HomeportConditions
import NIOCore
import NIOEmbedded
import Testing

@testable import HomeportLink

/// Two ends in virtual time.
private final class Bench {
    let loop = EmbeddedEventLoop()
    let client, upstream: EmbeddedChannel
    private let ends: (client: RelayHandler, upstream: RelayHandler)

    init(up: [Stage] = [], down: [Stage] = [], limit: Int = 1 << 20) throws {
        func lane(_ stages: [Stage]) -> RelayLane {
            RelayLane(StreamPath(stages, draws: { Draws(seed: 1, UInt64($0)) }, opened: 0), limit: limit)
        }
        ends = (RelayHandler(lane(up), on: loop), RelayHandler(lane(down), on: loop))
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

    func pass(_ milliseconds: Int64) { loop.advanceTime(by: .milliseconds(milliseconds)) }
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
        let bench = try Bench(down: [.latency(Latency(mean: 80_000_000))])
        try bench.send("ask", on: bench.client)
        try bench.send("answer", on: bench.upstream)
        #expect(try bench.received(bench.upstream) == "ask")
        bench.pass(79)
        #expect(try bench.received(bench.client) == "")
        bench.pass(1)
        #expect(try bench.received(bench.client) == "answer")
    }

    @Test func theEndIsAsLateAsTheData() throws {
        let bench = try Bench(up: [.latency(Latency(mean: 50_000_000))])
        try bench.send("last", on: bench.client)
        bench.finish(bench.client)
        #expect(bench.upstream.isActive)
        bench.pass(50)
        #expect(try bench.received(bench.upstream) == "last")
        // An embedded channel knows no half: closing its output closes it.
        #expect(!bench.upstream.isActive)
    }

    @Test func aCutEndsBothSidesAfterItsBytes() throws {
        let bench = try Bench(up: [.cut(Cut(afterBytes: 3, how: .reset))])
        try bench.send("abcdef", on: bench.client)
        bench.loop.run()
        #expect(try bench.received(bench.upstream) == "abc")
        #expect(!bench.client.isActive && !bench.upstream.isActive)
    }

    @Test func bitsAreTurnedInTheRightByte() throws {
        let bench = try Bench(
            up: [.latency(Latency(mean: 10_000_000)), .corrupt(.byte(at: 4, mask: 0x20))]
        )
        try bench.send("abc", on: bench.client)
        try bench.send("def", on: bench.client)
        bench.pass(10)
        #expect(try bench.received(bench.upstream) == "abcdEf")
    }

    @Test func slicesArriveOneByOne() throws {
        let slice = try #require(Slice(size: 2, pause: 1_000_000))
        let bench = try Bench(up: [.slice(slice)])
        try bench.send("abcdef", on: bench.client)
        #expect(try bench.received(bench.upstream) == "ab")
        bench.pass(1)
        #expect(try bench.received(bench.upstream) == "cd")
        bench.pass(1)
        #expect(try bench.received(bench.upstream) == "ef")
    }
}
