import HomeportCore
import LiveTestSupport
import NIOCore
import Testing

@testable import HomeportLink

/// Requests that go wrong on their way through a link.
@Suite(.timeLimit(.minutes(2))) struct LinkHTTPTests {
    private static let page = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: x\r\n\r\nhello"

    /// A link with these faults; what stands before it and behind it is written by hand.
    private func faulty(
        _ faults: String,
        met: [UInt64]? = nil,
        _ body: (_ client: RawConnection, _ upstream: Upstream) async throws -> Void
    ) async throws {
        let upstream = try Upstream()
        let node = try PlanNode(parsing: "{ to: 'tcp://127.0.0.1:\(upstream.port)', http: \(faults) }", file: "test")
        var problems: [HomeportError] = []
        let plan = try #require(LinkPlan.read(node, name: "test", problems: &problems), "\(problems)")
        #expect(problems.isEmpty)
        try await LinkBench.running(plan) { link in
            try await body(try RawConnection(to: link.port?.number ?? 0), upstream)
            try await LinkBench.untilNobodyIsLeft(link)
            let status = try await link.status.http
            if let met { #expect(status.map(\.requests) == met) }
        }
    }

    private func request(_ line: String, _ fields: String...) -> String {
        "\(line) HTTP/1.1\r\nHost: a\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
    }

    @Test func someAreAnsweredInPlaceOfTheTarget() async throws {
        try await faulty("[ { path: /orders/*, every: 2, status: 503, body: later } ]", met: [2]) { client, upstream in
            func expectOurs() throws {
                let head = try client.head()
                #expect(head.hasPrefix("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 5\r\n"), "\(head)")
                #expect(try client.text(5) == "later")
            }
            let asked = request("GET /orders/7")
            try client.send(asked)
            let server = try upstream.accept()
            #expect(try server.text(asked.utf8.count) == asked)
            try server.send(Self.page)
            #expect(try client.text(Self.page.utf8.count) == Self.page)
            try client.send(request("POST /orders/8", "Content-Length: 3") + "abc")
            try expectOurs()
            // Two at once: answers leave in order.
            let other = request("GET /else")
            try client.send(asked + request("GET /orders/9") + other)
            #expect(try server.text(asked.utf8.count) == asked)
            try server.send(Self.page)
            #expect(try client.text(Self.page.utf8.count) == Self.page)
            try expectOurs()
            #expect(try server.text(other.utf8.count) == other)
            client.finish()
            try server.send(Self.page)
            #expect(try client.text(Self.page.utf8.count) == Self.page)
            #expect(client.end() == .end)
        }
    }

    @Test func answersAreChanged() async throws {
        try await faulty("[ { set: 'x-a: 1', remove: etag, corrupt_at: '0,4', set_request: 'x-b: 2' } ]") {
            client,
            upstream in
            try client.send(request("GET /"))
            let server = try upstream.accept()
            let asked = "GET / HTTP/1.1\r\nHost: a\r\nx-b: 2\r\n\r\n"
            #expect(try server.text(asked.utf8.count) == asked)
            try server.send(Self.page)
            let answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nx-a: 1\r\n\r\nielln"
            #expect(try client.text(answer.utf8.count) == answer)
            client.finish()
            #expect(client.end() == .end)
        }
    }

    @Test func anAnswerEndsInTheMiddle() async throws {
        try await faulty("[ { truncate: 3B } ]") { client, upstream in
            try client.send(request("GET /"))
            let server = try upstream.accept()
            _ = try server.receive(request("GET /").utf8.count)
            try server.send(Self.page)
            let answer = String(Self.page.dropLast(2))
            #expect(try client.text(answer.utf8.count) == answer)
            #expect(client.end() == .end)
        }
    }

    /// A body in chunks that is cut off must not look whole.
    @Test func anAnswerInChunksEndsInTheMiddle() async throws {
        try await faulty("[ { truncate: 3B } ]") { client, upstream in
            try client.send(request("GET /"))
            let server = try upstream.accept()
            _ = try server.receive(request("GET /").utf8.count)
            let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            try server.send(head + "5\r\nhello\r\n2\r\nyo\r\n0\r\n\r\n")
            let answer = head + "3\r\nhel\r\n"
            #expect(try client.text(answer.utf8.count) == answer)
            #expect(client.end() == .end)
        }
    }

    @Test func requestsAreHeld() async throws {
        try await faulty("[ { method: POST, delay: 200ms } ]") { client, upstream in
            let began = ContinuousClock.now
            try client.send(request("POST /", "Content-Length: 0"))
            let server = try upstream.accept()
            _ = try server.receive(1)
            #expect(ContinuousClock.now - began >= .milliseconds(200))
            try server.send(Self.page)
            #expect(try client.text(Self.page.utf8.count) == Self.page)
            client.finish()
            #expect(client.end() == .end)
        }
    }

    @Test func aTargetThatGoesWhileARequestIsHeldKeepsNobody() async throws {
        try await faulty("[ { path: /held, delay: 150ms } ]") { client, upstream in
            try client.send(request("GET /"))
            do {
                let server = try upstream.accept()
                _ = try server.receive(request("GET /").utf8.count)
                try server.send(Self.page)
                #expect(try client.text(Self.page.utf8.count) == Self.page)
                try client.send(request("GET /held"))
            }
            // With the request unread it is a reset, else an end.
            #expect([.end, .reset].contains(client.end()))
        }
    }

    @Test func nothingFollowsAnAnswerThatIsTheLast() async throws {
        try await faulty("[ { path: /never, status: 500 } ]") { client, upstream in
            try client.send(request("GET /a") + request("GET /b"))
            let server = try upstream.accept()
            _ = try server.receive(request("GET /a").utf8.count)
            let last = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            try server.send(last)
            #expect(try client.text(last.utf8.count) == last)
            #expect(client.end() == .end)
            #expect(server.end() == .end)
        }
    }

    @Test(arguments: [
        ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nx-t: 1\r\n\r\n"),
        ("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"),
        ("HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        ("GET", "HTTP/1.1 304 Not Modified\r\nETag: y\r\n\r\n"),
        ("GET", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    ])
    func otherAnswersPassAsTheyCome(method: String, answer: String) async throws {
        try await faulty("[ { path: /never, status: 500 } ]") { client, upstream in
            try client.send(request("\(method) /"))
            let server = try upstream.accept()
            for _ in 0..<2 {
                _ = try server.receive(request("\(method) /").utf8.count)
                try server.send(answer)
                #expect(try client.text(answer.utf8.count) == answer)
                try client.send(request("\(method) /"))
            }
            client.finish()
            server.finish()
            _ = client.end()
        }
    }

    @Test func aBodyThatLastsUntilTheEnd() async throws {
        try await faulty("[ { path: /never, status: 500 } ]") { client, upstream in
            try client.send(request("GET /"))
            let answer = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nas long as it lasts"
            do {
                let server = try upstream.accept()
                _ = try server.receive(request("GET /").utf8.count)
                try server.send(answer)
            }
            #expect(try client.text(answer.utf8.count) == answer)
            #expect(client.end() == .end)
        }
    }

    @Test func anotherProtocolPassesAfterAnUpgrade() async throws {
        try await faulty("[ { path: /never, status: 500 } ]") { client, upstream in
            let asked = request("GET /", "Connection: upgrade", "Upgrade: x")
            try client.send(asked)
            let server = try upstream.accept()
            _ = try server.receive(asked.utf8.count)
            let answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"
            try server.send(answer + "first")
            #expect(try client.text(answer.utf8.count + 5) == answer + "first")
            try client.send("\u{1}\u{2}raw")
            #expect(try server.text(5) == "\u{1}\u{2}raw")
            client.finish()
            #expect(server.end() == .end)
            try server.send("half")
            #expect(try client.text(4) == "half")
            server.finish()
            #expect(client.end() == .end)
        }
    }

    /// Who is there meets it with the next request, and who came when all passed as it came stays so.
    @Test func faultsChangeWhileItRuns() async throws {
        let upstream = try Upstream()
        let plan = LinkPlan(name: "test", to: .endpoint(try Endpoint(parsing: "127.0.0.1:\(upstream.port)")))
        let asked = request("GET /a")
        try await LinkBench.running(plan) { link in
            func set(_ edit: String) async throws { try await link.set(LinkEdit.read(edit, file: "test")) }
            let early = try RawConnection(to: link.port?.number ?? 0)
            let server = try upstream.accept()
            try await set("{ http: [ { status: 503 } ] }")
            let client = try RawConnection(to: link.port?.number ?? 0)
            try client.send(asked)
            #expect(try client.head().hasPrefix("HTTP/1.1 503"))
            try early.send(asked)
            #expect(try server.text(asked.utf8.count) == asked)

            try await set("{ latency: 1ms, http: [ { every: 2, status: 500 }, { status: 501 } ] }")
            for status in [501, 500, 501] {
                try client.send(asked)
                #expect(try client.head().hasPrefix("HTTP/1.1 \(status)"))
                // The same again is no change: they count on.
                try await set("{ http: [ { every: 2, status: 500 }, { status: 501 } ] }")
            }
            #expect(try await link.status.http.map(\.requests) == [1, 3])
            #expect(try await link.status.down.conditions.map(\.text) == ["latency 1ms"])
            try await set("{ clear: true }")
            #expect(try await link.status.http.isEmpty)
            let other = try upstream.accept()
            try client.send(asked)
            #expect(try other.text(asked.utf8.count) == asked)
        }
    }

    /// Bytes that both sides have glued on to a switch of protocols come out on the other side.
    @Test func whatIsGluedOnToASwitchIsNotLost() async throws {
        try await faulty("[ { path: /never, status: 503 } ]") { client, upstream in
            let asked = request("GET /up", "Connection: upgrade", "Upgrade: x")
            try client.send(asked + "CLIENT")
            let server = try upstream.accept()
            #expect(try server.text(asked.utf8.count) == asked)
            let answer = "HTTP/1.1 101 Go\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"
            try server.send(answer + "SERVER")
            #expect(try client.text(answer.utf8.count + 6) == answer + "SERVER")
            #expect(try server.text(6) == "CLIENT")
            client.finish()
            #expect(server.end() == .end)
            server.finish()
            #expect(client.end() == .end)
        }
    }

    @Test(arguments: [
        "HTTP/1.1 304 Fine\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 204 \r\nX-8: \u{e9}\r\n\r\n",
        "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
    ])
    func whatNoFaultMeetsIsAsItCame(answer: String) async throws {
        try await faulty("[ { path: /never, status: 503 } ]") { client, upstream in
            let asked = request("GET /a", "X:  a\u{ff} ")
            var server: RawConnection?
            for _ in 0..<2 {
                try client.send(asked)
                if server == nil { server = try upstream.accept() }
                #expect(try server?.text(asked.utf8.count) == asked)
                try server?.send(answer)
                #expect(try client.text(answer.utf8.count) == answer)
            }
            client.finish()
            #expect(client.end() == .end)
        }
    }

    /// A server that ends its connection behind an answer ends it for the client behind the answer, too.
    @Test(arguments: [10_000, 100_000, 300_000]) func anAnswerIsWholeThoughItsServerHasGone(size: Int) async throws {
        try await faulty("[ { path: /never, status: 503 } ]") { client, upstream in
            try client.send(request("GET /a"))
            let server = try upstream.accept()
            _ = try server.head()
            try server.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
            try server.send([UInt8](repeating: 7, count: size))
            server.finish()
            _ = try client.head()
            #expect(try client.receive(size).allSatisfy { $0 == 7 })
            #expect(client.end() == .end)
        }
    }

    @Test func whoWaitsFor100MeetsAFaultAllTheSame() async throws {
        try await faulty("[ { status: 503, delay: 10ms } ]", met: [1]) { client, _ in
            try client.send(request("POST /", "Content-Length: 5", "Expect: 100-continue"))
            #expect(try client.head().hasPrefix("HTTP/1.1 503"))
        }
    }

    @Test func whatIsNoHTTPIsTold() async throws {
        try await faulty("[ { status: 500 } ]") { client, _ in
            try client.send("\u{16}\u{3}\u{1} hello\r\n\r\n")
            #expect(try client.text(12) == "HTTP/1.1 400")
            _ = client.end()
        }
    }

    @Test(arguments: [
        ("/a", "/a", true), ("/a", "/a?x=1", true), ("/a", "/ab", false), ("/a*", "/ab", true), ("*/b", "/a/b", true),
        ("/a/*/c", "/a/b/c", true), ("/a/*/c", "/a/c", false), ("*", "/", true), ("/a*b*c", "/axbyc", true),
        ("/a*a", "/a", false),
    ])
    func pathsByPattern(pattern: String, path: String, isMeant: Bool) throws {
        var fault = HTTPFault()
        fault.path = pattern
        let request = HTTPFaults.Request(connection: 1, number: 1, method: "GET", path: path) { _ in [] }
        #expect(fault.matches(request) == isMeant)
    }

    @Test(arguments: [
        ("{ path: /x }", "nothing goes wrong here"), ("{ status: 99 }", "no status"),
        ("{ path: x, status: 500 }", "no path"),
        ("{ body: x, delay: 1s }", "body is for"), ("{ status: 500, truncate: 1B }", "nothing of its to change"),
        ("{ header: 'a b: c', status: 500 }", "no field"), ("{ every: 0, status: 500 }", "counts no requests"),
        ("{ sttus: 500 }", "no key here"),
    ])
    func faultsThatMakeNoSense(text: String, what: String) throws {
        var problems: [HomeportError] = []
        let node = try PlanNode(parsing: "{ to: 5432, http: [ \(text) ] }", file: "test")
        _ = LinkPlan.read(node, name: "test", problems: &problems)
        #expect(problems.contains { $0.what.contains(what) && $0.fix != nil }, "\(problems)")
    }
}
