import HomeportHTTP
import NIOCore
import Testing

/// Requests in, answers out, and whether the connection goes on: RFC 9112, section 9.
@Suite struct AnswerTests {
    @Test func aRequestIsAnsweredAndTheConnectionKept() {
        let bench = Bench { head, exchange in exchange.answer(200, head.text(head.path)) }
        bench.send(get("/a"))
        #expect(bench.received() == ok("/a"))
        bench.send(get("/b"))
        #expect(bench.received() == ok("/b"))
        #expect(!bench.isClosed && !bench.isHalfClosed)
        #expect(bench.observed.told == ["/a 200 2", "/b 200 2"])
    }

    @Test func everyAnswerHasADate() {
        let bench = Bench { _, exchange in exchange.answer(200, "") }
        bench.send(get("/"))
        let head = String(decoding: bench.socket.takeReceived(), as: UTF8.self)
        let date = head.firstMatch(of: #/\r\nDate: ([^\r]+)\r\n/#)
        #expect(date.flatMap { HTTPDate.parse(String($0.1), now: bench.state.now) } != nil, "\(head)")
    }

    @Test func pipelinedRequestsAreAnsweredInOneWrite() {
        let bench = Bench { head, exchange in exchange.answer(200, head.text(head.path)) }
        bench.send((0..<20).map { get("/\($0)") }.joined())
        #expect(bench.received() == (0..<20).map { ok("/\($0)") }.joined())
        #expect(bench.socket.writes == 1)
    }

    @Test func pipelinedRequestsCutAnywhereAreAnsweredTheSame() {
        let whole = Array((get("/1") + get("/2", "Content-Length: 3", method: "POST") + "abc\r\n" + get("/3")).utf8)
        for cut in 1..<whole.count {
            let bench = Bench { head, exchange in exchange.answer(200, head.text(head.path)) }
            bench.send([ByteBuffer(bytes: whole[..<cut])])
            bench.send([ByteBuffer(bytes: whole[cut...])])
            #expect(bench.received() == ok("/1") + ok("/2") + ok("/3"), "cut at \(cut)")
        }
    }

    @Test func answersLeaveInOrderThoughRespondersAreLate() {
        var waiting: [(String, any Exchange)] = []
        let bench = Bench { head, exchange in
            let path = head.text(head.path)
            if path.hasPrefix("/late") { waiting.append((path, exchange)) } else { exchange.answer(200, path) }
        }
        bench.send(get("/late1") + get("/2") + get("/late3") + get("/4"))
        #expect(bench.received() == "")
        #expect(waiting.map(\.0) == ["/late1"], "one request at a time")
        waiting[0].1.answer(200, "/late1")
        bench.deliver()
        #expect(bench.received() == ok("/late1") + ok("/2"))
        #expect(waiting.map(\.0) == ["/late1", "/late3"])
        waiting[1].1.answer(200, "/late3")
        bench.deliver()
        #expect(bench.received() == ok("/late3") + ok("/4"))
    }

    @Test func aLateAnswerIsWrittenAtOnce() {
        var waiting: (any Exchange)?
        let bench = Bench { _, exchange in waiting = exchange }
        bench.send(get("/"))
        waiting?.begin(ResponseHead(200, body: .streamed))
        waiting?.send(ByteBuffer(string: "one"))
        #expect(bench.received() == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
        waiting?.send(ByteBuffer(string: "three"))
        #expect(bench.received() == "5\r\nthree\r\n")
        waiting?.end()
        #expect(bench.received() == "0\r\n\r\n")
        #expect(bench.observed.told == ["/ 200 8"])
    }

    @Test func toHEADTheBodyIsLeftOut() {
        let bench = Bench { head, exchange in
            guard head.text(head.path) == "/streamed" else { return exchange.answer(200, "body") }
            exchange.begin(ResponseHead(200, body: .streamed))
            exchange.send(ByteBuffer(string: "body"))
            exchange.end()
        }
        bench.send(get("/", method: "HEAD") + get("/streamed", method: "HEAD") + get("/"))
        #expect(
            bench.received() == "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
                + "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + ok("body")
        )
        #expect(bench.observed.told == ["/ 200 0", "/streamed 200 0", "/ 200 4"])
    }

    @Test func nothingFollowsAHeadThatHasNoBody() {
        let bench = Bench { _, exchange in exchange.answer(ResponseHead(304, body: .none), ByteBuffer(string: "no")) }
        bench.send(get("/"))
        #expect(bench.received() == "HTTP/1.1 304 Not Modified\r\n\r\n")
        #expect(bench.observed.told == ["/ 304 0"])
    }

    @Test func anEmptyPieceDoesNotEndAStream() {
        let bench = Bench { _, exchange in
            exchange.begin(ResponseHead(200, body: .streamed))
            exchange.send(ByteBuffer())
            exchange.send(ByteBuffer(string: String(repeating: "x", count: 255)))
            exchange.send(ByteBuffer(string: String(repeating: "y", count: 40_000)))
            exchange.end()
        }
        bench.send(get("/"))
        #expect(
            bench.received() == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n"
                + String(repeating: "x", count: 255) + "\r\n9c40\r\n" + String(repeating: "y", count: 40_000)
                + "\r\n0\r\n\r\n"
        )
    }

    // MARK: HTTP/1.0

    @Test func anHTTP10ConnectionEndsUnlessItIsToBeKept() {
        let bench = Bench { _, exchange in exchange.answer(200, "ok") }
        bench.send(get("/", "Connection: keep-alive", version: "1.0"))
        #expect(bench.received() == ok("ok", "Connection: keep-alive"))
        bench.send(get("/", version: "1.0") + get("/"))
        #expect(bench.received() == ok("ok", "Connection: close"))
        #expect(bench.isHalfClosed)
    }

    @Test func aStreamToHTTP10EndsWithTheConnection() {
        let bench = Bench { _, exchange in
            exchange.begin(ResponseHead(200, body: .streamed))
            exchange.send(ByteBuffer(string: "body"))
            exchange.end()
        }
        bench.send(get("/", "Connection: keep-alive", version: "1.0"))
        #expect(bench.received() == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nbody")
        #expect(bench.isHalfClosed)
    }

    // MARK: The end

    @Test func afterCloseNothingIsReadAsARequest() {
        var count = 0
        let bench = Bench { _, exchange in
            count += 1
            exchange.answer(200, "ok")
        }
        bench.send(get("/", "Connection: close") + get("/"))
        bench.send(get("/"))
        #expect(bench.received() == ok("ok", "Connection: close"))
        #expect(count == 1)
        #expect(bench.isHalfClosed)
    }

    @Test func aResponderCanMakeItsAnswerTheLast() {
        let bench = Bench { _, exchange in
            var head = ResponseHead(200, body: .length(2))
            head.closes = true
            exchange.answer(head, ByteBuffer(string: "ok"))
        }
        bench.send(get("/") + get("/"))
        #expect(bench.received() == ok("ok", "Connection: close"))
        #expect(bench.isHalfClosed)
    }

    @Test func theConnectionLingersUntilTheClientClosesToo() {
        let bench = Bench { _, exchange in exchange.answer(200, "ok") }
        bench.send(get("/", "Connection: close"))
        #expect(bench.isHalfClosed)
        bench.send("more", "and more")
        #expect(bench.unread == 0, "what comes is read and thrown away, lest the answer be lost to a reset")
        bench.finishSending()
        #expect(bench.isClosed)
    }

    @Test func theConnectionLingersNoLongerThanTheDeadline() {
        let bench = Bench { _, exchange in exchange.answer(200, "ok") }
        bench.send(get("/", "Connection: close"))
        bench.advance(by: .milliseconds(1900))
        bench.send("more")
        #expect(bench.isHalfClosed)
        bench.advance(by: .milliseconds(100))
        #expect(bench.isClosed)
    }

    @Test func aHalfClosedClientStillReceivesTheReply() {
        var waiting: (any Exchange)?
        let bench = Bench { _, exchange in waiting = exchange }
        bench.send(get("/"))
        bench.finishSending()
        waiting?.answer(200, "ok")
        bench.deliver()
        #expect(bench.received() == ok("ok"))
        #expect(bench.isClosed)
    }

    @Test func aHalfClosedClientReceivesTheRepliesToAllItSent() {
        var waiting: [any Exchange] = []
        let bench = Bench { _, exchange in waiting.append(exchange) }
        bench.send(get("/1") + get("/2") + "GET /3 HT")
        bench.finishSending()
        waiting[0].answer(200, "1")
        bench.deliver()
        waiting[1].answer(200, "2")
        bench.deliver()
        #expect(bench.received() == ok("1") + ok("2"))
        #expect(bench.isClosed)
    }

    @Test func aHalfClosedClientThatReadsSlowlyReceivesTheWholeReply() throws {
        let body = String(repeating: "x", count: 500_000)
        for fields in [[], ["Connection: close"]] {
            let bench = Bench { _, exchange in exchange.answer(200, body) }
            bench.stall()
            bench.send("GET / HTTP/1.1\r\nHost: a\r\n\(fields.map { $0 + "\r\n" }.joined())\r\n")
            bench.finishSending()
            #expect(!bench.isClosed, "\(fields)")
            try bench.take(1_000_000)
            #expect(bench.received().hasSuffix(body), "\(fields)")
            #expect(bench.isClosed, "\(fields)")
        }
    }

    @Test func aClientThatClosesBetweenRequestsIsClosed() {
        let bench = Bench { _, exchange in exchange.answer(200, "ok") }
        bench.send(get("/"))
        bench.finishSending()
        #expect(bench.isClosed)
        #expect(bench.received() == ok("ok"))
        let other = Bench { _, _ in }
        other.send("GET / HT")
        other.finishSending()
        #expect(other.isClosed)
        #expect(other.received() == "")
    }

    @Test func aReplyAndTheStumpOfARequestBeforeFINLoseNothing() {
        let bench = Bench { _, exchange in exchange.answer(200, "ok") }
        bench.send(get("/") + "GET")
        bench.finishSending()
        #expect(bench.received() == ok("ok"))
        #expect(bench.isClosed)
    }

    // MARK: Quiescing

    @Test func anIdleConnectionEndsWhenTheServerStops() {
        let bench = Bench { _, exchange in exchange.answer(200, "ok") }
        bench.send(get("/"))
        bench.quiesce()
        #expect(bench.isHalfClosed || bench.isClosed)
    }

    @Test func aRunningAnswerIsFinishedWhenTheServerStops() {
        var waiting: (any Exchange)?
        let bench = Bench { _, exchange in waiting = exchange }
        bench.send(get("/"))
        bench.quiesce()
        #expect(!bench.isClosed && !bench.isHalfClosed)
        waiting?.answer(200, "ok")
        #expect(bench.received() == ok("ok", "Connection: close"))
        #expect(bench.isHalfClosed)
    }

    @Test func anAnswerThatHasBegunIsFinishedWhenTheServerStops() {
        var waiting: (any Exchange)?
        let bench = Bench { _, exchange in
            exchange.begin(ResponseHead(200, body: .length(2)))
            waiting = exchange
        }
        bench.send(get("/"))
        bench.quiesce()
        waiting?.send(ByteBuffer(string: "ok"))
        waiting?.end()
        #expect(bench.received() == ok("ok"))
        #expect(bench.isHalfClosed)
    }

    @Test func aRequestThatHasBegunIsAnsweredWhenTheServerStops() {
        let bench = Bench { _, exchange in exchange.answer(200, "ok") }
        bench.send("GET / HTTP/1.1\r\n")
        bench.quiesce()
        bench.send("Host: a\r\n\r\n")
        #expect(bench.received() == ok("ok", "Connection: close"))
        #expect(bench.isHalfClosed)
    }

    @Test func whatASlowClientHasNotTakenIsNotCutOffWhenTheServerStops() throws {
        let body = String(repeating: "x", count: 500_000)
        let bench = Bench { _, exchange in exchange.answer(200, body) }
        bench.stall()
        bench.send(get("/"))
        bench.quiesce()
        #expect(!bench.isClosed && !bench.isHalfClosed)
        try bench.take(1_000_000)
        #expect(bench.received() == ok(body))
        #expect(bench.isHalfClosed)
    }
}
