import HomeportHTTP
import HomeportNet
import NIOCore
import Testing

/// How long a client may take, in virtual time.
@Suite struct DeadlineTests {
    @Test func aConnectionThatSaysNothingIsClosedWithoutAWord() {
        let bench = Bench { _, _ in }
        bench.advance(by: .seconds(74))
        #expect(!bench.isClosed)
        bench.advance(by: .seconds(1))
        #expect(bench.isClosed)
        #expect(bench.received() == "")
    }

    @Test func theIdleTimeBeginsAnewAfterEachAnswer() {
        let bench = Bench { _, exchange in exchange.answer(200, "ok") }
        for _ in 0..<5 {
            bench.advance(by: .seconds(70))
            bench.send(get("/"))
        }
        #expect(bench.received() == String(repeating: ok("ok"), count: 5))
        bench.advance(by: .seconds(74))
        #expect(!bench.isClosed)
        bench.advance(by: .seconds(1))
        #expect(bench.isClosed)
    }

    @Test func aHeadMustBeWholeTenSecondsAfterItsFirstByte() {
        let bench = Bench { _, _ in }
        bench.advance(by: .seconds(50))
        for byte in "GET / HTT" {
            bench.send(String(byte))
            bench.advance(by: .seconds(1))
        }
        #expect(bench.received() == "")
        bench.advance(by: .seconds(1))
        #expect(bench.received().hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
        #expect(bench.isHalfClosed)
        #expect(bench.observed.told == ["refused 408 deadline.head"])
    }

    @Test func aHeadBehindAnotherRequestHasItsOwnTime() {
        let bench = Bench { _, exchange in exchange.answer(200, "ok") }
        bench.send("GET / HT")
        bench.advance(by: .seconds(8))
        bench.send("TP/1.1\r\nHost: a\r\n\r\nGET")
        bench.advance(by: .seconds(8))
        #expect(!bench.isHalfClosed)
        bench.advance(by: .seconds(2))
        #expect(bench.received().contains(" 408 "))
    }

    @Test func aResponderMayTakeAsLongAsItLikes() {
        var waiting: (any Exchange)?
        let bench = Bench { _, exchange in waiting = exchange }
        bench.send(get("/"))
        bench.advance(by: .hours(1))
        waiting?.answer(200, "ok")
        #expect(bench.received() == ok("ok"))
    }

    @Test func aBodyMustBringItsFloor() {
        let sink = BodyTests.Sink()
        let bench = Bench { _, exchange in exchange.onBody = sink.take }
        bench.send(BodyTests.post("/", "Content-Length: 100000"))
        for _ in 0..<5 {
            bench.advance(by: .seconds(9))
            bench.send(String(repeating: "x", count: 1024))
            bench.advance(by: .seconds(1))
        }
        #expect(bench.received() == "")
        bench.send(String(repeating: "x", count: 1023))
        bench.advance(by: .seconds(10))
        #expect(bench.received().hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
        #expect(sink.parts.last == "failed")
        #expect(bench.isHalfClosed)
    }

    @Test func aBodyThatIsHeldBackIsNotLate() {
        var waiting: (any Exchange)?
        let bench = Bench { _, exchange in waiting = exchange }
        bench.send(BodyTests.post("/", "Content-Length: 5"))
        bench.advance(by: .minutes(5))
        waiting?.isBodyPaused = true
        waiting?.onBody = { _ in }
        bench.advance(by: .minutes(5))
        #expect(bench.received() == "")
        waiting?.isBodyPaused = false
        bench.advance(by: .seconds(20))
        #expect(bench.received().contains(" 408 "))
    }

    @Test func anAnsweredBodyThatDoesNotComeEndsTheConnectionGently() {
        let bench = Bench { _, exchange in exchange.answer(404, "no") }
        bench.send(BodyTests.post("/", "Content-Length: 5"))
        #expect(bench.received() == ok("no", status: "404 Not Found"))
        bench.advance(by: .seconds(10))
        #expect(bench.isHalfClosed)
    }

    @Test func aClientThatTakesNothingIsClosed() throws {
        for fields in [[], ["Connection: close"]] {
            let bench = Bench { _, exchange in exchange.answer(200, String(repeating: "x", count: 500_000)) }
            bench.stall()
            bench.send("GET / HTTP/1.1\r\nHost: a\r\n\(fields.map { $0 + "\r\n" }.joined())\r\n")
            bench.advance(by: .seconds(29))
            #expect(!bench.isClosed)
            try bench.take(1000)
            bench.advance(by: .seconds(29))
            #expect(!bench.isClosed, "some of it left")
            bench.advance(by: .seconds(3))
            #expect(bench.isClosed)
        }
    }

    @Test func aClientThatTakesNotEvenALittleIsClosed() {
        let bench = Bench { _, exchange in exchange.answer(200, "ok") }
        bench.stall()
        bench.send(get("/", "Connection: close"))
        bench.advance(by: .minutes(2))
        #expect(bench.isClosed, "little enough that the channel stays writable")
    }

    @Test func aClientThatTakesSlowlyIsNotCutOff() throws {
        let body = String(repeating: "x", count: 500_000)
        for fields in [[], ["Connection: close"]] {
            let bench = Bench { _, exchange in exchange.answer(200, body) }
            bench.stall()
            bench.send("GET / HTTP/1.1\r\nHost: a\r\n\(fields.map { $0 + "\r\n" }.joined())\r\n")
            for _ in 0..<51 {
                bench.advance(by: .seconds(20))
                try bench.take(10_000)
            }
            #expect(bench.received().hasSuffix(body))
            #expect(bench.isHalfClosed == !fields.isEmpty)
        }
    }

    @Test func aClientThatTakesAsFastAsIsProducedIsNotCutOff() throws {
        let piece = 70_000
        let bench = Bench { _, exchange in
            exchange.begin(ResponseHead(200, body: .streamed))
            exchange.onDrained = { exchange.send(ByteBuffer(repeating: 0x78, count: piece)) }
            exchange.send(ByteBuffer(repeating: 0x78, count: piece))
        }
        bench.stall()
        bench.send(get("/"))
        try bench.take(1000)
        for _ in 0..<100 {
            // Each time, as much waits as the time before.
            try bench.take(piece + "11170\r\n\r\n".utf8.count)
            bench.advance(by: .seconds(1))
        }
        #expect(!bench.isClosed)
        bench.advance(by: .seconds(32))
        #expect(bench.isClosed)
    }

    @Test func aLateAnswerIsWatchedToo() throws {
        var waiting: (any Exchange)?
        let bench = Bench { _, exchange in waiting = exchange }
        bench.stall()
        bench.send(get("/"))
        waiting?.begin(ResponseHead(200, body: .streamed))
        waiting?.send(ByteBuffer(string: String(repeating: "x", count: 500_000)))
        bench.advance(by: .seconds(33))
        #expect(bench.isClosed)
        #expect(bench.observed.told == ["/ 200 500000 incomplete"])
    }

    @Test func afterASlowAnswerTheIdleTimeBegins() throws {
        let bench = Bench { _, exchange in exchange.answer(200, String(repeating: "x", count: 500_000)) }
        bench.stall()
        bench.send(get("/"))
        bench.advance(by: .seconds(20))
        try bench.take(.max / 2)
        bench.advance(by: .seconds(74))
        #expect(!bench.isClosed)
        bench.advance(by: .seconds(3))
        #expect(bench.isClosed)
    }

    @Test func aStumpBehindASlowAnswerIsAHeadThatIsLate() throws {
        let bench = Bench { _, exchange in exchange.answer(200, String(repeating: "x", count: 500_000)) }
        bench.stall()
        bench.send(get("/") + "GET")
        bench.advance(by: .seconds(5))
        try bench.take(.max / 2)
        bench.advance(by: .seconds(15))
        #expect(bench.received().contains(" 408 "))
    }

    @Test func whatIsSwitchedOffNeverEnds() throws {
        var deadlines = HTTPDeadlines()
        (deadlines.head, deadlines.body, deadlines.idle, deadlines.write) = (nil, nil, nil, nil)
        let bench = Bench(deadlines: deadlines) { _, exchange in
            exchange.onBody = { part in
                if case .end = part { exchange.answer(200, String(repeating: "x", count: 500_000)) }
            }
        }
        bench.advance(by: .hours(1))
        bench.send("POST / HTTP/1.1\r\n")
        bench.advance(by: .hours(1))
        bench.send("Host: a\r\nContent-Length: 1\r\n\r\n")
        bench.advance(by: .hours(1))
        bench.stall()
        bench.send("x")
        bench.advance(by: .hours(1))
        try bench.take(.max / 2)
        #expect(bench.received().hasSuffix("xxx"))
        bench.advance(by: .hours(1))
        #expect(!bench.isClosed)
    }
}
