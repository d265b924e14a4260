import HomeportCore
import HomeportGuard
import HomeportNet
import LiveTestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Whose a connection is, tokens, and rules, on live connections.
@Suite(.timeLimit(.minutes(1))) struct AccessGateTests {
    private func withGate<Result: Sendable>(
        _ allow: [String],
        tokens: AccessTokens? = nil,
        _ body: (UInt16) async throws -> Result
    ) async throws -> Result {
        var rules = AccessRules()
        rules.allow = Audience(try allow.map { try Who(parsing: $0) })
        let gate = AccessGate(rules, tokens: tokens)
        return try await withServer { _ in
            gate.guarding(NamedResponder("in"))
        } _: {
            try await body($0)
        }
    }

    #if os(Linux)
    @Test func aConnectionIsOfItsUser() async throws {
        try await withGate(["me"]) { port async throws in
            #expect(try await Web.get("/", at: .ipv4(port)).body == "in GET /")
            #expect(try await Web.get("/", at: .ipv6(port)).status == 200)
        }
        try await withGate(["uid:\(geteuid())"]) { port async throws in
            #expect(try await Web.get("/", at: .ipv4(port)).status == 200)
        }
        try await withGate(["uid:54321"]) { port async throws in
            let answer = try await Web.get("/", at: .ipv4(port))
            #expect(answer.status == 403)
            #expect(answer.body.contains("the connection is of uid \(geteuid()), and allowed is uid:54321"))
        }
    }
    #endif

    @Test func aTokenLetsInUntilItIsRevoked() async throws {
        let folder = try TemporaryFolder()
        let tokens = AccessTokens(in: folder.path)
        let token = try tokens.make("ci")
        #expect(throws: HomeportError.self) { try tokens.make("ci") }
        #expect(throws: HomeportError.self) { try tokens.make("a b") }
        #expect(folder.mode("tokens.json") == 0o600)
        #expect(folder.read("tokens.json")?.contains(token) == false)
        try await withGate(["token:ci"], tokens: tokens) { port async throws in
            func status(_ value: String) async throws -> Int {
                try await Web.get("/", "Authorization: \(value)", at: .ipv4(port)).status
            }
            #expect(try await status("Bearer \(token)") == 200)
            #expect(try await status("bearer  \(token)") == 200)
            for wrong in ["Bearer \(token)x", "Bearer hp_", "Bearer", "Basic \(token)", "\(token)"] {
                #expect(try await status(wrong) == 401)
            }
            let answer = try await Web.get("/", at: .ipv4(port))
            #expect(answer.status == 401 && answer.field("WWW-Authenticate") == "Bearer realm=\"Homeport\"")
            try tokens.revoke("ci")
            #expect(try await status("Bearer \(token)") == 401)
        }
        #expect(throws: HomeportError.self) { try tokens.revoke("ci") }
    }

    @Test func aFileOfTokensThatOthersCanReadIsRefused() throws {
        let folder = try TemporaryFolder()
        let tokens = AccessTokens(in: folder.path)
        let token = try tokens.make("ci")
        #expect(tokens.name(of: token) == "ci")
        chmod("\(folder.path)/tokens.json", 0o644)
        let other = AccessTokens(in: folder.path)
        #expect(other.name(of: token) == nil)
        do throws(HomeportError) {
            _ = try other.all()
            Issue.record("it was read")
        } catch { #expect(error.fix == "chmod 600 \(folder.path)/tokens.json") }
        chmod("\(folder.path)/tokens.json", 0o600)
        try folder.write("tokens.json", "{")
        chmod("\(folder.path)/tokens.json", 0o600)
        #expect(throws: HomeportError.self) { try other.all() }
    }
}
