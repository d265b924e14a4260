import HomeportGuard
import LiveTestSupport
import Testing

/// The rules as a client meets them: status and words.
@Suite(.timeLimit(.minutes(1))) struct AccessPolicyTests {
    private func ask(_ request: String, host: String = "localhost:1", _ fields: String...) async throws -> Web.Answer {
        try await withServer(policy: AccessPolicy()) { _ in
            NamedResponder("in")
        } _: { port async throws in
            try await Web.ask(request, host: host, fields: fields, at: .ipv4(port))
        }
    }

    @Test func aForeignNameIs421AndTheSettingIsNamed() async throws {
        let answer = try await ask("GET /", host: "Evil.example:80")
        #expect(answer.status == 421)
        #expect(
            answer.body.contains("not for \"Evil.example\"; if it should, write access: { hosts: Evil.example }")
        )
        #expect(answer.field("X-Content-Type-Options") == "nosniff")
    }

    @Test(arguments: ["0.0.0.0", "[::]:80", "2130706433"])
    func whatNoSettingLetsInNamesNone(host: String) async throws {
        let answer = try await ask("GET /", host: host)
        #expect(answer.status == 421)
        #expect(!answer.body.contains("--host"))
    }

    @Test func anEmptyHostIsForeignAndNoneAtAllIsAnOldProgram() async throws {
        try await withServer(policy: AccessPolicy()) { _ in
            NamedResponder("in")
        } _: { port async throws in
            let empty = try await Web.send("GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n", to: .ipv4(port))
            #expect(empty.hasPrefix("HTTP/1.1 421 "))
            let none = try await Web.send("GET / HTTP/1.0\r\n\r\n", to: .ipv4(port))
            #expect(none.contains(" 200 "))
        }
    }

    @Test(arguments: [
        ("Sec-Fetch-Site: same-origin", 200), ("Sec-Fetch-Site: none", 200), ("Sec-Fetch-Site: same-site", 403),
        ("Sec-Fetch-Site: cross-site", 403), ("Sec-Fetch-Site: nonsense", 403), ("Origin: http://localhost:1", 200),
        ("Origin: HTTP://LocalHost:1", 200), ("Origin: http://localhost:2", 403), ("Origin: https://localhost:1", 403),
        ("Origin: http://evil.example", 403), ("Origin: null", 403), ("Origin: http://localhost", 403),
        ("X-Nothing: said", 200),
    ])
    func whoMayChangeSomethingIsAskedWhereItComesFrom(field: String, status: Int) async throws {
        for method in ["POST", "PUT", "DELETE", "PATCH"] {
            #expect(try await ask("\(method) /", field).status == status)
        }
        for method in ["GET", "HEAD", "OPTIONS"] { #expect(try await ask("\(method) /", field).status == 200) }
    }

    @Test func whatABrowserSaysOfTheSiteGoesBeforeTheOrigin() async throws {
        #expect(try await ask("POST /", "Sec-Fetch-Site: same-origin", "Origin: http://evil.example").status == 200)
        #expect(try await ask("POST /", "Sec-Fetch-Site: cross-site", "Origin: http://localhost:1").status == 403)
    }

    @Test func anAbsoluteTargetNamesTheHost() async throws {
        try await withServer(policy: AccessPolicy()) { _ in
            NamedResponder("in")
        } _: { port async throws in
            let request = "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            let answer = try await Web.send(request, to: .ipv4(port))
            #expect(answer.hasPrefix("HTTP/1.1 4"))
        }
    }
}
