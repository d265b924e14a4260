import HomeportHTTP
import NIOCore
import Testing

/// Bodies of requests: taken, held back, drained, refused.
@Suite struct BodyTests {
    /// What a responder was given of a body.
    final class Sink {
        var parts: [String] = []
        func take(_ part: BodyPart) {
            switch part {
            case .bytes(let bytes): parts.append(String(buffer: bytes))
            case .end: parts.append("end")
            case .failed: parts.append("failed")
            }
        }
    }

    static func post(_ target: String, _ fields: String..., body: String = "") -> String {
        "POST \(target) HTTP/1.1\r\nHost: a\r\n\(fields.map { $0 + "\r\n" }.joined())\r\n\(body)"
    }

    static func posting(_ body: String) -> String { post("/", "Content-Length: \(body.utf8.count)", body: body) }

    static func chunked(_ body: String) -> String { post("/", "Transfer-Encoding: chunked", body: body) }

    @Test func aBodyIsGivenAsItComes() {
        let sink = Sink()
        var exchanges: [any Exchange] = []
        let bench = Bench { _, exchange in
            exchange.onBody = sink.take
            exchanges.append(exchange)
        }
        bench.send(Self.post("/", "Content-Length: 5", body: "he"))
        bench.send("llo" + Self.chunked("3\r\nabc\r\n"))
        #expect(sink.parts == ["he", "llo", "end"])
        exchanges[0].answer(200, "ok")
        bench.deliver()
        bench.send("2\r\nde\r\n0\r\nX: y\r\n\r\n" + get("/"))
        #expect(sink.parts == ["he", "llo", "end", "abc", "de", "end"])
        exchanges[1].answer(200, "ok")
        exchanges[2].answer(200, "ok")
        #expect(bench.received() == ok("ok") + ok("ok") + ok("ok"))
        #expect(sink.parts.last == "end")
    }

    @Test func aRequestWithoutABodyHasAnEndToo() {
        for request in [get("/"), Self.post("/", "Content-Length: 0"), get("/", method: "POST")] {
            let bench = Bench { _, exchange in
                var body = ByteBuffer()
                exchange.onBody = { part in
                    switch part {
                    case .bytes(var bytes): body.writeBuffer(&bytes)
                    case .end: exchange.answer(200, "\(body.readableBytes)")
                    case .failed: exchange.answer(500, "")
                    }
                }
            }
            bench.send(request + request)
            #expect(bench.received() == ok("0") + ok("0"), "\(request)")
        }
    }

    @Test func aBodyThatIsAskedForLaterIsGivenThen() {
        let sink = Sink()
        var waiting: [any Exchange] = []
        let bench = Bench { _, exchange in waiting.append(exchange) }
        bench.send(Self.posting("hello"))
        bench.send("GET")
        #expect(bench.unread == 3, "a body that nobody asked for is not read")
        waiting[0].onBody = sink.take
        #expect(sink.parts == ["hello", "end"])
        waiting[0].answer(200, "ok")
        bench.deliver()
        bench.send(" / HTTP/1.1\r\nHost: a\r\n\r\n")
        waiting[1].onBody = sink.take
        #expect(sink.parts == ["hello", "end", "end"])
    }

    @Test func aClientIsHeldBackWhileTheBodyIsPaused() {
        let sink = Sink()
        var waiting: (any Exchange)?
        let bench = Bench { _, exchange in
            waiting = exchange
            exchange.onBody = { part in
                sink.take(part)
                exchange.isBodyPaused = true
            }
        }
        bench.send(Self.post("/", "Content-Length: 9", body: "one"))
        bench.send("two")
        bench.send("six")
        #expect(sink.parts == ["one"])
        #expect(bench.unread == 6, "what is not taken stays with the client")
        waiting?.isBodyPaused = false
        bench.deliver()
        #expect(sink.parts == ["one", "two"])
        waiting?.isBodyPaused = false
        #expect(sink.parts == ["one", "two", "six"])
        waiting?.isBodyPaused = false
        #expect(sink.parts == ["one", "two", "six", "end"])
    }

    @Test func aPauseIsNotInheritedByTheNextRequest() {
        let sink = Sink()
        let bench = Bench { head, exchange in
            guard head.text(head.path) == "/" else {
                exchange.isBodyPaused = true
                return exchange.answer(200, "ok")
            }
            exchange.onBody = { part in
                sink.take(part)
                if case .end = part { exchange.answer(200, "ok") }
            }
        }
        bench.send(get("/pauses") + Self.posting("hello"))
        #expect(sink.parts == ["hello", "end"])
        #expect(bench.received() == ok("ok") + ok("ok"))
    }

    // MARK: 100-continue

    @Test func continueIsSaidWhenTheBodyIsWanted() {
        let sink = Sink()
        var waiting: (any Exchange)?
        let bench = Bench { _, exchange in waiting = exchange }
        bench.send(Self.post("/", "Content-Length: 5", "Expect: 100-continue"))
        #expect(bench.received() == "")
        waiting?.onBody = sink.take
        #expect(bench.received() == "HTTP/1.1 100 Continue\r\n\r\n")
        bench.send("hello")
        #expect(sink.parts == ["hello", "end"])
        waiting?.answer(200, "ok")
        #expect(bench.received() == ok("ok"))
    }

    @Test func continueIsSaidWithinTheResponder() {
        let sink = Sink()
        let bench = Bench { _, exchange in exchange.onBody = sink.take }
        bench.send(Self.post("/", "Content-Length: 5", "Expect: 100-continue"))
        #expect(bench.received() == "HTTP/1.1 100 Continue\r\n\r\n")
    }

    @Test func aFinalAnswerInsteadOfContinueEndsTheConnection() {
        let bench = Bench { _, exchange in exchange.answer(413, "no") }
        bench.send(Self.post("/", "Content-Length: 5", "Expect: 100-continue"))
        #expect(bench.received() == ok("no", "Connection: close", status: "413 Content Too Large"))
        #expect(bench.isHalfClosed, "nobody can tell whether the client's next bytes are the body")
    }

    @Test func continueIsNeverSaidInsideAnAnswer() {
        let sink = Sink()
        let bench = Bench { _, exchange in
            exchange.begin(ResponseHead(200, body: .streamed))
            exchange.send(ByteBuffer(string: "a"))
            exchange.onBody = { part in
                sink.take(part)
                if case .end = part { exchange.end() }
            }
        }
        bench.send(Self.post("/", "Content-Length: 5", "Expect: 100-continue"))
        bench.send("hello")
        #expect(
            bench.received()
                == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n1\r\na\r\n0\r\n\r\n"
        )
        #expect(sink.parts == ["hello", "end"])
    }

    @Test func continueIsNotSaidToHTTP10() {
        let sink = Sink()
        let bench = Bench { _, exchange in
            exchange.onBody = { part in
                sink.take(part)
                if case .end = part { exchange.answer(200, "ok") }
            }
        }
        bench.send("POST / HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
        #expect(bench.received() == "")
        bench.send("hello")
        #expect(bench.received() == ok("ok", "Connection: close"))
    }

    // MARK: Bodies that nobody wants

    @Test func aBodyThatNobodyReadsIsPassedOver() {
        let bench = Bench { head, exchange in exchange.answer(200, head.text(head.path)) }
        bench.send(Self.posting("hello") + Self.chunked("3\r\nabc\r\n0\r\n\r\n") + get("/next"))
        #expect(bench.received() == ok("/") + ok("/") + ok("/next"))
    }

    @Test func theRestOfABodyIsPassedOverAfterTheAnswer() {
        let bench = Bench { _, exchange in
            exchange.onBody = { part in
                if case .bytes = part { exchange.answer(200, "ok") }
            }
        }
        bench.send(Self.post("/", "Content-Length: 6", body: "one"))
        #expect(bench.received() == ok("ok"))
        bench.send("two" + Self.posting("more"))
        #expect(bench.received() == ok("ok"))
        #expect(!bench.isHalfClosed)
    }

    @Test func aBodyBeyondTheCapEndsTheConnectionWithItsAnswer() {
        let length = HTTPLimits().drain + 1
        let bench = Bench { _, exchange in exchange.answer(404, "no") }
        bench.send(Self.post("/", "Content-Length: \(length)", body: "x"))
        #expect(bench.received() == ok("no", "Connection: close", status: "404 Not Found"))
        #expect(bench.isHalfClosed)
        let other = Bench { _, exchange in exchange.answer(404, "no") }
        other.send(Self.post("/", "Content-Length: \(length - 1)", body: "x"))
        #expect(other.received() == ok("no", status: "404 Not Found"))
        #expect(!other.isHalfClosed)
    }

    @Test func chunksBeyondTheCapEndTheConnectionAndTheAnswerIsNotLost() {
        let size = HTTPLimits().drain
        for late in [false, true] {
            var waiting: (any Exchange)?
            let bench = Bench { _, exchange in
                if late { waiting = exchange } else { exchange.answer(404, "no") }
            }
            let piece = String(size / 4, radix: 16) + "\r\n" + String(repeating: "x", count: size / 4) + "\r\n"
            bench.send(Self.chunked("") + String(repeating: piece, count: 5), get("/next"))
            waiting?.answer(404, "no")
            bench.deliver()
            #expect(bench.received() == ok("no", status: "404 Not Found"), "late: \(late)")
            #expect(bench.isHalfClosed, "late: \(late)")
        }
    }

    @Test func brokenChunksBehindAnAnswerDoNotTakeItAway() {
        let bench = Bench { _, exchange in exchange.answer(404, "no") }
        bench.send(Self.chunked("3\r\nabcX") + get("/next"))
        #expect(bench.received() == ok("no", status: "404 Not Found"))
        #expect(bench.isHalfClosed)
    }

    @Test func brokenChunksAreRefusedWhileNothingIsAnswered() {
        let sink = Sink()
        let bench = Bench { _, exchange in exchange.onBody = sink.take }
        bench.send(Self.chunked("3\r\nabcX") + get("/next"))
        #expect(sink.parts == ["abc", "failed"])
        #expect(bench.received().hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        #expect(bench.isHalfClosed)
    }

    @Test func aResponderMayAnswerABrokenBodyItself() {
        let bench = Bench { _, exchange in
            exchange.onBody = { part in
                if case .failed = part { exchange.answer(422, "mine") }
            }
        }
        bench.send(Self.chunked("x"))
        #expect(bench.received() == ok("mine", "Connection: close", status: "422 Unprocessable Content"))
        #expect(bench.isHalfClosed)
    }

    @Test func brokenChunksInsideAnAnswerEndTheConnectionShort() {
        let sink = Sink()
        let bench = Bench { _, exchange in
            exchange.begin(ResponseHead(200, body: .streamed))
            exchange.onBody = sink.take
        }
        bench.send(Self.chunked("3\r\nabc\r\n"))
        bench.send("x")
        #expect(sink.parts == ["abc", "failed"])
        #expect(bench.isClosed)
        #expect(bench.observed.told == ["/ 200 0 incomplete"])
    }

    @Test func aBodyThatEndsEarlyIsFailed() {
        let sink = Sink()
        let bench = Bench { _, exchange in exchange.onBody = sink.take }
        bench.send(Self.post("/", "Content-Length: 5", body: "he"))
        bench.finishSending()
        #expect(sink.parts == ["he", "failed"])
        #expect(bench.received().hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        #expect(bench.isClosed)
    }

    @Test func aBodyIsWholeThoughItWasPausedWhenTheClientFinished() {
        let sink = Sink()
        var waiting: (any Exchange)?
        let bench = Bench { _, exchange in
            waiting = exchange
            exchange.isBodyPaused = true
            exchange.onBody = sink.take
        }
        bench.send(Self.post("/", "Content-Length: 5", body: "he"))
        bench.send("llo")
        bench.finishSending()
        #expect(sink.parts == [])
        waiting?.isBodyPaused = false
        bench.deliver()
        #expect(sink.parts.joined() == "helloend")
        waiting?.answer(200, "ok")
        #expect(bench.received() == ok("ok"))
        #expect(bench.isClosed)
    }

    @Test func whenTheClientGoesTheBodyIsFailed() {
        let sink = Sink()
        let bench = Bench { _, exchange in exchange.onBody = sink.take }
        bench.send(Self.post("/", "Content-Length: 5", body: "he"))
        bench.channel.close(promise: nil)
        #expect(sink.parts == ["he", "failed"])
    }
}
