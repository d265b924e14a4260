import HomeportNet
import NIOCore
import NIOEmbedded
import Testing

@testable import HomeportHTTP

/// Ends of all kinds: what a responder may still do then, who is told, and what is let go of.
@Suite struct LifetimeTests {
    // MARK: Exchanges that somebody kept

    @Test func anExchangeThatWasKeptDoesNothingAfterItsEnd() {
        var kept: [any Exchange] = []
        let bench = Bench { head, exchange in
            kept.append(exchange)
            if head.text(head.path) == "/" { exchange.answer(200, "ok") }
        }
        bench.send(get("/") + get("/late"))
        #expect(bench.received() == ok("ok"))
        #expect(!kept[0].isOpen && kept[1].isOpen)
        kept[0].answer(200, "again")
        kept[0].begin(ResponseHead(200, body: .streamed))
        kept[0].send(ByteBuffer(string: "again"))
        kept[0].end()
        kept[0].abort()
        kept[0].isBodyPaused = true
        kept[0].isBodyPaused = false
        #expect(bench.received() == "")
        #expect(!bench.isClosed)
        kept[1].answer(200, "late")
        #expect(bench.received() == ok("late"), "one request's exchange never speaks for another's")
        kept[1].answer(200, "twice")
        #expect(bench.received() == "")
    }

    @Test func anAnswerAfterTheClientHasGoneDoesNothing() {
        var waiting: (any Exchange)?
        var isOver = false
        let bench = Bench { _, exchange in
            waiting = exchange
            exchange.onClosed = { isOver = true }
        }
        bench.send(get("/"))
        bench.channel.close(promise: nil)
        #expect(isOver)
        #expect(waiting?.isOpen == false)
        waiting?.answer(200, "ok")
        #expect(bench.received() == "")
        #expect(bench.observed.told == ["/ 0 0 incomplete"])
    }

    @Test func theEndIsToldOnceWhicheverWayItComes() {
        var ends = 0
        let answers: [(any Exchange) -> Void] = [
            { $0.answer(200, "ok") }, { $0.abort() },
            {
                $0.begin(ResponseHead(200, body: .length(5))); $0.abort()
            },
            {
                $0.begin(ResponseHead(200, body: .length(5))); $0.end()
            },
        ]
        for answer in answers {
            ends = 0
            let bench = Bench { _, exchange in
                exchange.onClosed = { ends += 1 }
                answer(exchange)
            }
            bench.send(get("/"))
            bench.channel.close(promise: nil)
            #expect(ends == 1)
        }
    }

    @Test func whoAsksForTheEndTooLateIsToldAtOnce() {
        var isOver = false
        let bench = Bench { _, exchange in
            exchange.answer(200, "ok")
            exchange.onClosed = { isOver = true }
        }
        bench.send(get("/"))
        #expect(isOver)
    }

    // MARK: Ends that are cut short

    @Test func anAnswerShorterThanAnnouncedEndsTheConnection() {
        let bench = Bench { _, exchange in
            exchange.begin(ResponseHead(200, body: .length(5)))
            exchange.send(ByteBuffer(string: "four"))
            exchange.end()
        }
        bench.send(get("/") + get("/"))
        #expect(bench.isClosed)
        #expect(bench.observed.told == ["/ 200 4 incomplete"])
    }

    @Test func noByteBeyondWhatWasAnnouncedLeaves() {
        let bench = Bench { _, exchange in
            exchange.begin(ResponseHead(200, body: .length(3)))
            exchange.send(ByteBuffer(string: "one"))
            exchange.send(ByteBuffer(string: "HTTP/1.1 200 OK\r\n\r\n"))
            exchange.end()
        }
        bench.send(get("/"))
        #expect(["", ok("one")].contains(bench.received()))
        #expect(bench.isClosed, "the client would take the rest for the next answer")
    }

    @Test func whatWasSentBeforeAnAbortLeaves() {
        let bench = Bench { _, exchange in
            exchange.begin(ResponseHead(200, body: .length(10)))
            exchange.send(ByteBuffer(string: "four"))
            exchange.abort()
        }
        bench.send(get("/") + get("/"))
        #expect(bench.received() == "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour")
        #expect(bench.isClosed)
        #expect(bench.observed.told == ["/ 200 4 incomplete"])
    }

    @Test func aResponderMayAbortInsideItsBody() {
        let sink = BodyTests.Sink()
        let bench = Bench { _, exchange in
            exchange.onBody = { part in
                sink.take(part)
                if case .bytes = part { exchange.abort() }
            }
        }
        bench.send(BodyTests.chunked("3\r\nabc\r\n3\r\nabc\r\n0\r\n\r\n") + get("/"))
        #expect(sink.parts == ["abc", "failed"])
        #expect(bench.isClosed)
    }

    @Test func anErrorOfTheChannelClosesIt() {
        var isOver = false
        let bench = Bench { _, exchange in exchange.onClosed = { isOver = true } }
        bench.send(get("/"))
        bench.channel.pipeline.fireErrorCaught(ChannelError.inputClosed)
        #expect(isOver)
        #expect(bench.isClosed)
    }

    @Test func aResponderThatClosesTheChannelItselfIsSurvived() {
        for part in 0..<3 {
            var bench: Bench?
            bench = Bench { _, exchange in
                let channel = bench?.channel
                if part == 0 { channel?.close(promise: nil) }
                exchange.onClosed = { if part == 1 { channel?.close(promise: nil) } }
                exchange.answer(200, "ok")
                if part == 2 { channel?.close(promise: nil) }
            }
            bench?.send(get("/") + get("/"))
            bench?.deliver()
            #expect(bench?.isClosed == true)
            bench = nil
        }
    }

    // MARK: Refusals

    final class Nobody: RequestPolicy {
        func refuse(_ head: RequestHead, from peer: Peer) -> Refusal? {
            head.text(head.path) == "/" ? nil : Refusal(403, "test.nobody", "not you")
        }
    }

    @Test func whatThePolicyRefusesNeverReachesTheResponder() {
        var paths: [String] = []
        let bench = Bench(policy: Nobody()) { head, exchange in
            paths.append(head.text(head.path))
            exchange.answer(200, "ok")
        }
        bench.send(get("/x") + get("/"))
        #expect(paths == ["/"])
        #expect(bench.received().hasPrefix("HTTP/1.1 403 Forbidden\r\n"))
        #expect(bench.observed.told == ["/x 403 23", "/ 200 2"])
    }

    @Test func aRefusalFollowsTheAnswersBeforeIt() {
        let bench = Bench { _, exchange in exchange.answer(200, "ok") }
        bench.send(get("/") + "GET / HTTP/1.1\r\n\r\n" + get("/"))
        let body = "400 Bad Request: HTTP/1.1 needs a Host\n"
        #expect(
            bench.received()
                == ok("ok")
                + ok(
                    body,
                    "Content-Type: text/plain; charset=utf-8",
                    "Cache-Control: no-store",
                    "X-Content-Type-Options: nosniff",
                    "Connection: close",
                    status: "400 Bad Request"
                )
        )
        #expect(bench.isHalfClosed)
        #expect(bench.observed.told == ["/ 200 2", "refused 400 framing.host"])
    }

    @Test func theRefusalOfAHEADHasNoBody() {
        let bench = Bench { _, exchange in exchange.answer(200, "ok") }
        bench.send(get("/", method: "HEAD") + "HEAD / HTTP/1.1\r\n\r\n")
        #expect(bench.received().hasSuffix("Connection: close\r\n\r\n"))
        let other = Bench { _, exchange in exchange.answer(200, "ok") }
        other.send(get("/", method: "HEAD") + "G(T / HTTP/1.1\r\n\r\n")
        #expect(other.received().hasSuffix("is no token\n"), "the request before was HEAD, this one is not")
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\n\n", 400), ("GET /\(String(repeating: "x", count: 20_000))", 414),
        ("GET / HTTP/1.1\r\nX: \(String(repeating: "x", count: 70_000))", 431), ("GET / HTTP/2.0\r\n\r\n", 505),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\nHost: a\r\nExpect: cheese\r\n\r\n", 417), ("\u{16}\u{3}\u{1}", 400),
    ])
    func whatIsNotUnderstoodIsAnsweredAndEndsTheConnection(_ text: String, _ status: Int) {
        let bench = Bench { _, _ in Issue.record("a responder was asked") }
        bench.send(text, get("/"))
        #expect(bench.received().hasPrefix("HTTP/1.1 \(status) "))
        #expect(bench.isHalfClosed)
        bench.advance(by: .seconds(2))
        #expect(bench.isClosed)
    }

    // MARK: Memory

    enum Ending: CaseIterable {
        case answered, aborted, closed, half, failed, unfinished

        func take(_ bench: Bench, _ exchange: any Exchange) {
            switch self {
            case .answered: exchange.answer(200, "ok")
            case .aborted: exchange.abort()
            case .closed: bench.channel.close(promise: nil)
            case .half: bench.finishSending()
            case .failed: bench.channel.pipeline.fireErrorCaught(ChannelError.inputClosed)
            case .unfinished: exchange.begin(ResponseHead(200, body: .streamed))
            }
        }
    }

    @Test(arguments: Ending.allCases)
    func nothingIsKeptAliveByAConnectionThatEnded(_ ending: Ending) {
        weak var handler: HTTPConnectionHandler?
        weak var kept: AnyObject?
        do {
            var waiting: (any Exchange)?
            let bench = Bench { _, exchange in
                waiting = exchange
                kept = exchange
                // As responders do: closures that hold the exchange that holds them.
                exchange.onBody = { _ in _ = exchange.isOpen }
                exchange.onDrained = { _ = exchange.isOpen }
                exchange.onClosed = { _ = exchange.isOpen }
            }
            handler = bench.handler
            bench.send(BodyTests.post("/", "Content-Length: 10", body: "x"))
            if let exchange = waiting { ending.take(bench, exchange) }
            waiting = nil
            bench.channel.close(promise: nil)
            bench.loop.run()
        }
        #expect(handler == nil)
        #expect(kept == nil)
    }

    @Test func closuresThatComeTooLateAreNotKept() {
        weak var kept: AnyObject?
        do {
            var waiting: (any Exchange)?
            let bench = Bench { _, exchange in
                waiting = exchange
                kept = exchange
            }
            bench.send(get("/"))
            bench.channel.close(promise: nil)
            if let exchange = waiting {
                exchange.onBody = { _ in _ = exchange.isOpen }
                exchange.onDrained = { _ = exchange.isOpen }
                exchange.onClosed = { _ = exchange.isOpen }
            }
            waiting = nil
        }
        #expect(kept == nil)
    }

    @Test func anIdleConnectionHoldsNoBytes() {
        let bench = Bench { _, exchange in exchange.answer(200, String(repeating: "x", count: 10_000)) }
        bench.send(get("/", "X: \(String(repeating: "x", count: 10_000))"))
        _ = bench.received()
        #expect(bench.handler.pending.capacity == 0)
        #expect(bench.handler.output.capacity == 0)
    }

    @Test func aRequestLikeTheOneBeforeAllocatesNeitherTableNorBuffer() {
        let bench = Bench { _, exchange in exchange.answer(200, String(repeating: "x", count: 1000)) }
        func places() -> [UnsafeRawPointer?] {
            let scratch = bench.state.takeScratch()
            defer { bench.state.giveBack(scratch) }
            return [
                scratch.withVeryUnsafeBytes { $0.baseAddress },
                bench.handler.head.fields.lines.withUnsafeBytes { $0.baseAddress },
            ]
        }
        let requests = get("/", "X: y") + get("/", "X: y")
        bench.send(requests)
        let before = places()
        for _ in 0..<10 { bench.send(requests) }
        #expect(places() == before)
    }

    @Test func oneConnectionsBytesNeverReachAnother() {
        let state = LoopState(loop: EmbeddedEventLoop(), index: 0)
        let secret = String(repeating: "secret", count: 200)
        let first = Bench(on: state) { _, exchange in
            exchange.begin(ResponseHead(200, body: .length(10_000)))
            exchange.send(ByteBuffer(string: secret))
        }
        // The answer collects, and the connection ends before the read cycle does.
        first.channel.pipeline.fireChannelRead(ByteBuffer(string: get("/")))
        first.channel.close(promise: nil)
        first.loop.run()
        let second = Bench(on: state) { _, exchange in exchange.answer(200, "ok") }
        second.send(get("/"))
        #expect(second.received() == ok("ok"))
    }

    @Test func aHeadIsItsRespondersForAsLongAsItLikes() {
        var heads: [RequestHead] = []
        let bench = Bench { head, exchange in
            heads.append(head)
            exchange.answer(200, "ok")
        }
        bench.send(get("/1", "X: one") + get("/22", "Y: two", "Z: three") + get("/3"))
        #expect(heads.map(\.targetText) == ["/1", "/22", "/3"])
        #expect(heads.map(\.fields.lines.count) == [2, 3, 1])
        #expect(heads[1].text(heads[1].fields.lines[2].valueRange) == "three")
    }
}
