import HomeportCore
import HomeportHTTP
import HomeportNet
import LiveTestSupport
import NIOCore
import Testing

@testable import HomeportDoor

/// Requests handed on to a server whose every byte the test writes.
@Suite(.timeLimit(.minutes(2))) struct ProxyTests {
    func proxied(_ body: (_ client: RawConnection, _ upstream: Upstream) async throws -> Void) async throws {
        let upstream = try Upstream()
        try await proxied(to: upstream.port) { port in try await body(try RawConnection(to: port), upstream) }
    }

    private func proxied(to port: UInt16, _ body: (UInt16) async throws -> Void) async throws {
        let place = try Endpoint(parsing: "127.0.0.1:\(port)").place
        try await withServer { loops in
            try await ProxyResponder(AddressDialer(place), to: ProxiedService(name: "api"), loops: loops)
        } _: { port async throws in
            try await body(port)
        }
    }

    static let ask = "GET /a?b HTTP/1.1\r\nHost: api.localhost:1\r\n\r\n"
    private static let added = """
        X-Forwarded-For: 127.0.0.1\r
        X-Forwarded-Host: api.localhost:1\r
        X-Forwarded-Proto: http\r
        Forwarded: for=127.0.0.1;host="api.localhost:1";proto=http\r
        Via: 1.1 homeport\r\n
        """
    static let date = "Date: Tue, 24 Nov 2026 00:00:00 GMT\r\n"
    static let hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\(date)\r\nhello"
    private static let via = "Via: 1.1 homeport\r\n"
    static let helloPassedOn = "HTTP/1.1 200 OK\r\n\(date)\(via)Content-Length: 5\r\n\r\nhello"

    // MARK: Requests

    @Test func whatBelongsToTheConnectionStaysBehind() async throws {
        try await proxied { client, upstream in
            try client.send(
                "GET http://api.localhost:1/a?b HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, X-Own\r\nX-Own: 1\r\nA: b\r\n"
                    + "Keep-Alive: 5\r\nProxy-Connection: keep-alive\r\nTE: trailers, deflate\r\nUpgrade: h2c\r\n"
                    + "X-Forwarded-For: 10.0.0.1\r\nForwarded: for=10.0.0.1\r\nVia: 1.0 there\r\nC: d\r\n\r\n"
            )
            let server = try upstream.accept()
            #expect(
                try server.head() == """
                    GET /a?b HTTP/1.1\r
                    Host: api.localhost:1\r
                    A: b\r
                    C: d\r
                    X-Forwarded-For: 10.0.0.1, 127.0.0.1\r
                    X-Forwarded-Host: api.localhost:1\r
                    X-Forwarded-Proto: http\r
                    Forwarded: for=10.0.0.1, for=127.0.0.1;host="api.localhost:1";proto=http\r
                    Via: 1.0 there, 1.1 homeport\r
                    Connection: TE\r
                    TE: trailers\r
                    \r\n
                    """
            )
            try server.send(Self.hello)
            #expect(try client.text(Self.helloPassedOn.utf8.count) == Self.helloPassedOn)
        }
    }

    @Test func bodiesPassAsTheyCome() async throws {
        try await proxied { client, upstream in
            let start = "POST / HTTP/1.1\r\nHost: api.localhost:1\r\n"
            try client.send(start + "Content-Length: 10\r\n\r\n12345")
            let server = try upstream.accept()
            #expect(try server.head() == start + Self.added + "Content-Length: 10\r\n\r\n")
            #expect(try server.text(5) == "12345")
            try client.send("67890")
            #expect(try server.text(5) == "67890")
            try server.send(Self.hello)
            #expect(try client.text(Self.helloPassedOn.utf8.count) == Self.helloPassedOn)

            try client.send(start + "Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n")
            #expect(try server.head() == start + Self.added + "Transfer-Encoding: chunked\r\n\r\n")
            #expect(try server.text(8) == "3\r\nabc\r\n")
            try client.send("0\r\nT: 1\r\n\r\n")
            #expect(try server.text(11) == "0\r\nT: 1\r\n\r\n")
            try server.send(Self.hello)
            #expect(try client.text(Self.helloPassedOn.utf8.count) == Self.helloPassedOn)
        }
    }

    @Test func whoWaitsFor100GetsItFromTheServer() async throws {
        try await proxied { client, upstream in
            let start = "PUT / HTTP/1.1\r\nHost: api.localhost:1\r\nExpect: 100-continue\r\n"
            try client.send(start + "Content-Length: 3\r\n\r\n")
            let server = try upstream.accept()
            #expect(try server.head() == start + Self.added + "Content-Length: 3\r\n\r\n")
            try server.send("HTTP/1.1 100 Continue\r\n\r\n")
            #expect(try client.head() == "HTTP/1.1 100 Continue\r\n\r\n")
            try client.send("abc")
            #expect(try server.text(3) == "abc")
            try server.send(Self.hello)
            #expect(try client.text(Self.helloPassedOn.utf8.count) == Self.helloPassedOn)
        }
    }

    @Test func aServerThatDoesNotKnow100GetsTheBodyAllTheSame() async throws {
        try await proxied { client, upstream in
            try client.send("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
            let server = try upstream.accept()
            _ = try server.head()
            #expect(try client.head() == "HTTP/1.1 100 Continue\r\n\r\n")
            try client.send("abc")
            #expect(try server.text(3) == "abc")
        }
    }

    // MARK: Answers

    @Test(arguments: [
        (
            "HTTP/1.1 200 Fine\r\n\(date)Connection: X-Own\r\nX-Own: 1\r\nKeep-Alive: 5\r\nA: b\r\n"
                + "Strict-Transport-Security: max-age=1\r\nContent-Length: 2\r\n\r\nok",
            "HTTP/1.1 200 Fine\r\n\(date)A: b\r\n\(via)Content-Length: 2\r\n\r\nok"
        ),
        (
            "HTTP/1.1 200 OK\r\n\(date)Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: 1\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\(date)\(via)Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: 1\r\n\r\n"
        ),
        (
            "HTTP/1.1 304 Not Modified\r\n\(date)Content-Length: 9\r\n\r\n",
            "HTTP/1.1 304 Not Modified\r\n\(date)\(via)Content-Length: 9\r\n\r\n"
        ),
        ("HTTP/1.1 204 No Content\r\n\(date)\r\n", "HTTP/1.1 204 No Content\r\n\(date)\(via)\r\n"),
        (
            "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n\(hello)",
            "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\(via)\r\n\(helloPassedOn)"
        ),
    ])
    func answersPass(sent: String, received: String) async throws {
        try await proxied { client, upstream in
            var connection: RawConnection?
            for _ in 0..<2 {
                try client.send(Self.ask)
                let server = try connection ?? upstream.accept()
                connection = server
                _ = try server.head()
                try server.send(sent)
                #expect(try client.text(received.utf8.count) == received)
            }
        }
    }

    @Test func anAnswerWithoutLengthEndsWithItsConnection() async throws {
        try await proxied { client, upstream in
            try client.send(Self.ask)
            let server = try upstream.accept()
            _ = try server.head()
            try server.send("HTTP/1.1 200 OK\r\n\(Self.date)\r\nhello")
            let start = "HTTP/1.1 200 OK\r\n\(Self.date)\(Self.via)Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
            #expect(try client.text(start.utf8.count) == start)
            server.finish()
            #expect(try client.text(5) == "0\r\n\r\n")
        }
    }

    @Test func anAnswerIsNotHeldBack() async throws {
        try await proxied { client, upstream in
            try client.send(Self.ask)
            let server = try upstream.accept()
            _ = try server.head()
            try server.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\(Self.date)\r\n")
            _ = try client.head()
            for number in 0..<3 {
                try server.send("data: \(number)\n\n")
                #expect(try client.text(14) == "9\r\ndata: \(number)\n\n\r\n")
            }
        }
    }

    // MARK: Connections

    @Test func connectionsAreUsedAgainByWhoeverComes() async throws {
        let upstream = try Upstream()
        try await proxied(to: upstream.port) { port in
            var server: RawConnection?
            for _ in 0..<3 {
                let client = try RawConnection(to: port)
                try client.send(Self.ask)
                if server == nil { server = try upstream.accept() }
                _ = try server?.head()
                try server?.send(Self.hello)
                _ = try client.text(Self.helloPassedOn.utf8.count)
            }
        }
    }

    @Test func oneThatTheServerHasGivenUpIsNotUsed() async throws {
        try await proxied { client, upstream in
            for _ in 0..<3 {
                try client.send(Self.ask)
                let server = try upstream.accept()
                _ = try server.head()
                try server.send(Self.hello)
                _ = try client.text(Self.helloPassedOn.utf8.count)
            }
        }
    }

    @Test func aSafeRequestThatMeetsTheEndOfItsConnectionIsSentAgain() async throws {
        try await proxied { client, upstream in
            try client.send(Self.ask)
            let server = try upstream.accept()
            _ = try server.head()
            try server.send(Self.hello)
            _ = try client.text(Self.helloPassedOn.utf8.count)
            try client.send(Self.ask)
            _ = try server.head()
            server.finish()
            let next = try upstream.accept()
            _ = try next.head()
            try next.send(Self.hello)
            #expect(try client.text(Self.helloPassedOn.utf8.count) == Self.helloPassedOn)
            // What may have been done is not done twice.
            try client.send("POST / HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try next.head()
            next.finish()
            #expect(try client.head().hasPrefix("HTTP/1.1 502"))
        }
    }

    @Test func aSwitchOfProtocolsIsATunnel() async throws {
        try await proxied { client, upstream in
            let start = "GET / HTTP/1.1\r\nHost: api.localhost:1\r\n"
            try client.send(start + "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\nearly")
            let server = try upstream.accept()
            #expect(try server.head() == start + Self.added + "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
            let (switching, upgrade) = (
                "HTTP/1.1 101 Switching Protocols\r\n", "Connection: Upgrade\r\nUpgrade: websocket\r\n"
            )
            try server.send("\(switching)\(Self.date)\(upgrade)\r\nglued")
            let answer = "\(switching)\(Self.date)\(Self.via)\(upgrade)\r\nglued"
            #expect(try client.text(answer.utf8.count) == answer)
            #expect(try server.text(5) == "early")
            try client.send("up")
            #expect(try server.text(2) == "up")
            client.finish()
            #expect(server.end() == .end)
            try server.send("down")
            #expect(try client.text(4) == "down")
            server.finish()
            #expect(client.end() == .end)
        }
    }

    // MARK: What goes wrong

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "Transfer-Encoding beside"),
        ("SSH-2.0-OpenSSH_9\r\n", "does not begin with HTTP/1.1"), ("\u{15}\u{3}\u{1}", "wants https"),
        ("HTTP/1.1 200 OK\r\nContent-Le", "in the middle of its answer's head"), ("", "without an answer"),
    ])
    func anAnswerThatMakesNoSenseIsSaid(sent: String, reason: String) async throws {
        try await proxied { client, upstream in
            try client.send(Self.ask)
            let server = try upstream.accept()
            _ = try server.head()
            try server.send(sent)
            server.finish()
            let head = try client.head()
            #expect(head.hasPrefix("HTTP/1.1 502"))
            let length = try #require(
                head.split(separator: "Content-Length: ").last.flatMap { Int($0.prefix(while: \.isNumber)) }
            )
            #expect(try client.text(length).contains(reason))
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n0\r\n\r\n",
    ])
    func anAnswerThatIsCutShortIsNotWholeForTheClientEither(sent: String) async throws {
        try await proxied { client, upstream in
            try client.send(Self.ask)
            let server = try upstream.accept()
            _ = try server.head()
            try server.send(sent)
            server.finish()
            _ = try client.head()
            var rest = ""
            while let byte = try? client.text(1) { rest += byte }
            #expect(rest.contains("hello") && !rest.contains("0\r\n\r\n"))
        }
    }

    @Test func whatComesBeyondAnAnswerAnswersNothing() async throws {
        try await proxied { client, upstream in
            try client.send(Self.ask)
            let server = try upstream.accept()
            _ = try server.head()
            try server.send(Self.hello + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
            #expect(try client.text(Self.helloPassedOn.utf8.count) == Self.helloPassedOn)
            try client.send(Self.ask)
            let next = try upstream.accept()
            _ = try next.head()
            try next.send(Self.hello)
            #expect(try client.text(Self.helloPassedOn.utf8.count) == Self.helloPassedOn)
        }
    }

    @Test func nobodyThereIsSaid() async throws {
        let upstream = try Upstream(listens: false)
        try await proxied(to: upstream.port) { port in
            let client = try RawConnection(to: port)
            try client.send(Self.ask)
            #expect(try client.head().hasPrefix("HTTP/1.1 502"))
        }
    }

    @Test func aServiceThatLeadsBackIsALoop() async throws {
        try await proxied { client, _ in
            try client.send(
                "GET / HTTP/1.1\r\nHost: a\r\nVia: 1.1 homeport, 1.1 other, 1.1 homeport\r\nVia: 1.1 homeport, 1.0 homeport\r\n\r\n"
            )
            #expect(try client.head().hasPrefix("HTTP/1.1 508"))
        }
    }
}
