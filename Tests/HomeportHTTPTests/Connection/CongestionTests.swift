import NIOCore
import Testing

@testable import HomeportHTTP

/// Bounds: nothing grows because a client sends fast or reads slowly.
@Suite struct CongestionTests {
    static let large = String(repeating: "x", count: 15 << 10)

    @Test func answersBeyondTheWatermarkLeaveOnce() {
        // Five of 15 KiB are more than the channel likes to hold: it says so, and that it has room again, in the middle
        // of the write.
        for count in 1...12 {
            let bench = Bench { _, exchange in exchange.answer(200, Self.large) }
            bench.send(String(repeating: get("/"), count: count))
            #expect(bench.received() == String(repeating: ok(Self.large), count: count), "\(count) answers")
        }
    }

    @Test func lateAnswersBeyondTheWatermarkLeaveOnce() {
        var waiting: [any Exchange] = []
        let bench = Bench { head, exchange in
            if head.text(head.path) == "/late" { waiting.append(exchange) } else { exchange.answer(200, Self.large) }
        }
        bench.send(get("/late") + String(repeating: get("/"), count: 9))
        waiting[0].answer(200, "late")
        bench.deliver()
        #expect(bench.received() == ok("late") + String(repeating: ok(Self.large), count: 9))
    }

    @Test func aClientThatDoesNotReadIsNotAnsweredForEver() throws {
        var count = 0
        let bench = Bench { _, exchange in
            count += 1
            exchange.answer(200, Self.large)
        }
        bench.stall()
        for _ in 0..<200 { bench.send(get("/")) }
        #expect(count < 12, "\(count) answers wait for a client that takes none")
        #expect(bench.unread > 150 * get("/").utf8.count, "and it is not read from")
        while count < 200 { try bench.take(100_000) }
        try bench.take(.max / 2)
        #expect(bench.received() == String(repeating: ok(Self.large), count: 200))
    }

    @Test func aStreamThatRunsUntilCongestedStops() throws {
        var sent = 0
        let total = 1_000_000
        func stream(_ exchange: any Exchange) {
            while !exchange.isCongested, sent < total {
                sent += 1000
                exchange.send(ByteBuffer(repeating: 0x78, count: 1000))
            }
            if sent == total { exchange.end() }
        }
        let bench = Bench { _, exchange in
            exchange.begin(ResponseHead(200, body: .length(Int64(total))))
            exchange.onDrained = { stream(exchange) }
            stream(exchange)
        }
        bench.stall()
        bench.send(get("/"))
        #expect(sent < 300_000, "\(sent) bytes wait for a client that takes none")
        for _ in 0..<20 { try bench.take(60_000) }
        #expect(bench.received() == ok(String(repeating: "x", count: total)))
    }

    @Test(arguments: [1000, 20_000, 100_000], [false, true])
    func aStreamToAFastClientDoesNotEndInItself(_ piece: Int, _ isLate: Bool) {
        let total = 3_000_000
        var (sent, depth, deepest, ends) = (0, 0, 0, 0)
        func stream(_ exchange: any Exchange) {
            depth += 1
            deepest = max(deepest, depth)
            while !exchange.isCongested, sent < total {
                sent += piece
                exchange.send(ByteBuffer(repeating: 0x78, count: piece))
            }
            if sent == total, ends == 0 {
                ends = 1
                exchange.end()
            }
            depth -= 1
        }
        func start(_ exchange: any Exchange) {
            exchange.begin(ResponseHead(200, body: .length(Int64(total))))
            exchange.onDrained = { stream(exchange) }
            stream(exchange)
        }
        var waiting: (any Exchange)?
        let bench = Bench { _, exchange in if isLate { waiting = exchange } else { start(exchange) } }
        bench.send(get("/"))
        if let waiting { start(waiting) }
        #expect(bench.received() == ok(String(repeating: "x", count: total)))
        #expect(deepest <= 2, "a responder that is told of room while it sends must not be nested \(deepest) deep")
    }

    @Test func whatIsAnsweredAfterCongestionLeavesTogether() throws {
        let bench = Bench { head, exchange in
            exchange.answer(200, head.text(head.path) == "/" ? String(repeating: "x", count: 300_000) : "ok")
        }
        bench.stall()
        bench.send(get("/") + String(repeating: get("/small"), count: 100))
        let before = bench.socket.writes
        try bench.take(.max / 2)
        #expect(
            bench.received() == ok(String(repeating: "x", count: 300_000)) + String(repeating: ok("ok"), count: 100)
        )
        #expect(bench.socket.writes - before <= 2)
    }

    @Test func anEchoInOneReadCycleIsBounded() {
        let bench = Bench { _, exchange in
            exchange.begin(ResponseHead(200, body: .streamed))
            exchange.onBody = { part in
                switch part {
                case .bytes(let bytes): exchange.send(bytes)
                case .end: exchange.end()
                case .failed: exchange.abort()
                }
            }
        }
        let chunk = "3e8\r\n" + String(repeating: "x", count: 1000) + "\r\n"
        bench.send([ByteBuffer(string: BodyTests.chunked(String(repeating: chunk, count: 1000) + "0\r\n\r\n"))])
        #expect(bench.received().hasSuffix(String(repeating: chunk, count: 1000) + "0\r\n\r\n"))
        #expect(bench.socket.writes > 5, "written as it grew, not at the end")
    }

    @Test func requestsThatNeverEndWherePacketsDoKeepTheBufferSmall() {
        let bench = Bench { _, exchange in exchange.answer(200, "ok") }
        let request = Array(get("/", "X: \(String(repeating: "x", count: 1000))").utf8)
        let stream = Array((0..<21).map { _ in request }.joined())
        var largest = 0
        var offset = 0
        for _ in 0..<200 {
            bench.send([ByteBuffer(bytes: stream[offset..<offset + 20_000])])
            offset = (offset + 20_000) % request.count
            largest = max(largest, bench.handler.pending.capacity)
        }
        #expect(bench.received().count > 100_000)
        #expect(largest < 128 << 10, "\(largest) bytes held for requests of \(request.count)")
    }

    @Test func pipelinedRequestsWaitUnreadWhileOneIsAnswered() {
        var waiting: (any Exchange)?
        let bench = Bench { _, exchange in waiting = exchange }
        bench.send(get("/"))
        for _ in 0..<100 { bench.send([ByteBuffer(string: String(repeating: get("/"), count: 100))]) }
        #expect(bench.unread >= 99 * 100 * get("/").utf8.count)
        #expect(waiting != nil)
    }
}
