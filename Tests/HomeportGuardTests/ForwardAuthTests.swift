import HomeportCore
import HomeportGuard
import HomeportHTTP
import HomeportNet
import LiveTestSupport
import NIOCore
import Testing

/// A server that is asked who may come in: what it is asked, what is made of its answers, and that nothing it does opens.
@Suite(.timeLimit(.minutes(2))) struct ForwardAuthTests {
    private func withGate<Result: Sendable>(
        at port: UInt16,
        _ words: String = "headers: [ X-User ], timeout: 300ms",
        allow: Audience = [.forwardAuth],
        _ body: (UInt16) async throws -> Result
    ) async throws -> Result {
        let text = "a: { address: 'http://127.0.0.1:\(port)/auth?x=1', \(words) }"
        var problems: [HomeportError] = []
        let node = try #require(try PlanNode(parsing: text, file: "plan").at("a"))
        let plan = try #require(ForwardAuthPlan.word.read(node, &problems) ?? nil)
        #expect(problems.isEmpty)
        let address = try #require(plan.address)
        guard case .endpoint(let endpoint) = address.place else {
            throw RawConnection.Failure(call: "address", number: 0)
        }
        var rules = AccessRules()
        rules.allow = allow
        let auth = ForwardAuth(address, plan, AddressDialer(endpoint.place))
        let gate = AccessGate(rules, forwardAuth: auth)
        return try await withServer { _ in
            gate.guarding(FieldsResponder())
        } _: {
            try await body($0)
        }
    }

    /// Everything blocks, one after the other: nothing waits for a thread that another test has.
    private func ask(_ port: UInt16, _ start: String = "GET /", _ fields: [String] = []) throws -> RawConnection {
        let client = try RawConnection(to: port)
        let lines = ["\(start) HTTP/1.1", "Host: 127.0.0.1", "Connection: close"] + fields
        try client.send(lines.joined(separator: "\r\n") + "\r\n\r\n")
        return client
    }

    /// What a service would be sent of a request's fields.
    private final class FieldsResponder: Responder {
        func respond(to head: RequestHead, _ exchange: any Exchange) {
            var lines = ByteBuffer()
            head.fields.copy(into: &lines) { head.edits?.hides($0, of: head.fields) != true }
            head.edits?.add(to: &lines)
            let (answer, body) = ResponseHead.text(200, String(buffer: lines))
            exchange.answer(answer, body)
        }
    }

    @Test func theQuestionIsAGetWithWhatWasAskedFor() async throws {
        let server = try Upstream()
        let question = try await withGate(at: server.port) { port async throws in
            let fields = [
                "Cookie: a=b", "X-User: root", "X_User: root", "X-Real-IP: 8.8.8.8", "X-Original-URL: /open",
                "X_Forwarded_User: root", "X-Forwarded-For: 8.8.8.8", "X-Forwarded-Uri: /open",
                "Connection: X-Gone", "X-Gone: 1", "If-None-Match: \"x\"", "Content-Length: 5",
                "Authorization: Bearer other",
            ]
            let client = try ask(port, "POST /secret?q=%2F", fields)
            let connection = try server.accept()
            let question = try connection.head()
            try connection.send("HTTP/1.1 204 No Content\r\nX-User: ada\r\nX-Else: no\r\nx-user: too\r\n\r\n")
            let sent = try Web.parse(client.rest())
            #expect(sent.status == 200)
            let names = sent.body.split(separator: "\r\n").filter {
                $0.lowercased().replacing("_", with: "-").hasPrefix("x-user")
            }
            #expect(names == ["X-User: ada", "x-user: too"])
            #expect(sent.body.contains("Authorization: Bearer other") && !sent.body.contains("X-Else"))
            return question
        }
        let lines = question.split(separator: "\r\n").map(String.init)
        #expect(lines.first == "GET /auth?x=1 HTTP/1.1")
        #expect(
            Set(lines.dropFirst()) == [
                "Host: 127.0.0.1:\(server.port)", "Cookie: a=b", "Authorization: Bearer other",
                "X-Forwarded-Method: POST",
                "X-Forwarded-Proto: http", "X-Forwarded-Host: 127.0.0.1", "X-Forwarded-Uri: /secret?q=%2F",
                "X-Forwarded-For: 127.0.0.1", "Via: 1.1 homeport-auth",
            ]
        )
    }

    @Test(arguments: [
        (302, "Location: /login?rd=1", "http://127.0.0.1:PORT/login?rd=1"), (302, "Location: //other/x", "//other/x"),
        (303, "Location: http://login.localhost/", "http://login.localhost/"), (401, "X-A: b", nil),
        (404, "X-A: b", nil),
        (500, "X-A: b", nil), (304, "X-A: b", nil),
    ])
    func whatIsNo2xxIsTheClientsAnswer(status: Int, field: String, location: String?) async throws {
        let server = try Upstream()
        try await withGate(at: server.port) { port async throws in
            let client = try ask(port)
            let connection = try server.accept()
            _ = try connection.head()
            let hasBody = status != 304
            try connection.send(
                "HTTP/1.1 \(status) Said\r\n\(field)\r\nSet-Cookie: s=1\r\nStrict-Transport-Security: max-age=9\r\n"
            )
            try connection.send(hasBody ? "Transfer-Encoding: chunked\r\n\r\n4\r\npage\r\n0\r\n\r\n" : "\r\n")
            let got = try Web.parse(client.rest())
            #expect(got.status == status && got.body.contains("page") == hasBody)
            #expect(got.field("Set-Cookie") == "s=1" && got.field("Strict-Transport-Security") == nil)
            #expect(got.field("Location") == location?.replacing("PORT", with: "\(server.port)"))
        }
    }

    @Test(arguments: [
        "", "garbage\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 099 Low\r\n\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nX-User: a\u{0}b\r\n\r\n",
    ])
    func garbageOpensNothing(said: String) async throws {
        let server = try Upstream()
        try await withGate(at: server.port) { port async throws in
            let client = try ask(port)
            do {
                let connection = try server.accept()
                _ = try connection.head()
                try connection.send(said)
            }
            let got = try Web.parse(client.rest())
            #expect([502, 504].contains(got.status), "\(got.status) \(got.body)")
        }
    }

    @Test func whatHangsFloodsOrIsNotThereOpensNothing() async throws {
        let server = try Upstream()
        try await withGate(at: server.port) { port async throws in
            let client = try ask(port)
            let connection = try server.accept()
            let late = try Web.parse(client.rest())
            #expect(late.status == 504 && late.body.contains("300 ms"))
            connection.leave()
        }
        try await withGate(at: server.port, "timeout: 20s") { port async throws in
            let client = try ask(port)
            let connection = try server.accept()
            _ = try connection.head()
            try connection.send("HTTP/1.1 200 OK\r\n\r\n")
            let piece = [UInt8](repeating: 0x61, count: 65_536)
            // It is hung up on.
            #expect(throws: RawConnection.Failure.self) { for _ in 0..<1024 { try connection.send(piece) } }
            #expect(try Web.parse(client.rest()).status == 502)
        }
        let gone = try Upstream(listens: false)
        try await withGate(at: gone.port) { port async throws in
            let answer = try await Web.get("/", at: .ipv4(port))
            #expect(answer.status == 502 && answer.body.contains("cannot be reached"))
        }
    }

    /// It comes by a connection of ours, which would show that we may.
    @Test func aQuestionIsNobodyByItsConnection() async throws {
        let server = try Upstream()
        for allow in [[.me], [.me, .forwardAuth]] as [Audience] {
            try await withGate(at: server.port, allow: allow) { port async throws in
                let answer = try await Web.get("/", "Via: 1.1 homeport-auth", at: .ipv4(port))
                #expect(answer.status == 508 && answer.body.contains("allow: anyone"))
            }
        }
    }

    @Test func aQuestionIsNotAskedAbout() async throws {
        let server = try Upstream()
        try await withGate(at: server.port) { port async throws in
            let answer = try await Web.get("/", "Via: 1.1 homeport-auth, 1.1 homeport", at: .ipv4(port))
            #expect(answer.status == 508 && answer.body.contains("allow: anyone"))
        }
    }

    /// Whoever is let in by something else, or by nothing, says no more of himself than others.
    @Test func whatOnlyThatServerSaysIsTakenFromEverybody() async throws {
        let server = try Upstream()
        for allow in [[.anyone], [.me, .forwardAuth]] as [Audience] {
            try await withGate(at: server.port, allow: allow) { port async throws in
                let answer = try await Web.ask(
                    "GET /",
                    fields: ["X-User: root", "x_user: root", "X-Users: 1"],
                    at: .ipv4(port)
                )
                #expect(answer.status == 200 && answer.body.contains("X-Users: 1"))
                #expect(!answer.body.contains("root"))
            }
        }
    }

    @Test func aConnectionIsUsedAgainAndANewOneWhereItHasEnded() async throws {
        let server = try Upstream()
        try await withGate(at: server.port, "timeout: 5s") { port async throws in
            func answered(on connection: RawConnection) throws {
                #expect(try connection.head().hasPrefix("GET /auth"))
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
            let first = try ask(port, "GET /1")
            let connection = try server.accept()
            try answered(on: connection)
            #expect(try Web.parse(first.rest()).status == 200)
            let second = try ask(port, "GET /2")
            try answered(on: connection)
            #expect(try Web.parse(second.rest()).status == 200)
            // It reads the third question, and leaves.
            let third = try ask(port, "GET /3")
            _ = try connection.head()
            connection.leave()
            try answered(on: try server.accept())
            #expect(try Web.parse(third.rest()).status == 200)
        }
    }

    @Test(arguments: [
        ("https://127.0.0.1:1/", "SERVICE/path"), ("http://127.0.0.1", "port"), ("http://10.0.0.1:80/", "remote: true"),
        ("-x/y", "SERVICE/path"),
        ("http://127.0.0.1:1/a b", "%20"), ("http://127.0.0.1:1/#x", "%20"), ("http://unix:/x", ""),
    ])
    func whatIsNoAddressIsSaid(text: String, part: String) throws {
        var problems: [HomeportError] = []
        let node = try #require(try PlanNode(parsing: "a: '\(text)'", file: "plan").at("a"))
        _ = ForwardAuthPlan.word.read(node, &problems)
        #expect(problems.count == 1 && "\(problems)".contains(part), "\(problems)")
    }
}
