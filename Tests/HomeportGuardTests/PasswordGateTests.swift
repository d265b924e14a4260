import Dispatch
import HomeportGuard
import LiveTestSupport
import NIOPosix
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite(.timeLimit(.minutes(2))) struct PasswordGateTests {
    private static let alice = "alice:$apr1$cHhnMd2O$xMxR10smmD7ONdIt8C16A0"
    private static let zoe = "zoë:$2y$05$DX6p49oG1BUT6Jlaf3ihkui03lvPYJyiD8zQO7aP3s0mtQpqQ9Qzm"

    private func basic(_ text: String) -> String { "Authorization: Basic \(Data(text.utf8).base64EncodedString())" }

    private func withGate<Result: Sendable>(
        _ check: PasswordCheck? = nil,
        _ body: (UInt16) async throws -> Result
    ) async throws -> Result {
        let check = try check ?? PasswordCheck([Credential(parsing: Self.alice), Credential(parsing: Self.zoe)])
        return try await withServer { _ in
            var rules = AccessRules()
            rules.allow = [.user(nil)]
            return AccessGate(rules, passwords: check).guarding(NamedResponder("in"))
        } _: {
            try await body($0)
        }
    }

    @Test func withoutAPasswordOneIsAskedForIt() async throws {
        try await withGate { port async throws in
            let answer = try await Web.get("/", at: .ipv4(port))
            #expect(answer.status == 401)
            #expect(answer.field("WWW-Authenticate") == "Basic realm=\"Homeport\", charset=\"UTF-8\"")
        }
    }

    @Test func theRightPasswordIsLetInAgainAndAgain() async throws {
        try await withGate { port async throws in
            for _ in 0..<3 {
                #expect(try await Web.get("/", basic("alice:correct horse"), at: .ipv4(port)).body == "in GET /")
                #expect(try await Web.get("/", basic("zoë:pässwörd€"), at: .ipv4(port)).status == 200)
            }
            #expect(
                try await Web.get(
                    "/",
                    "authorization:  bAsIc  \(Data("alice:correct horse".utf8).base64EncodedString())",
                    at: .ipv4(port)
                ).status == 200
            )
        }
    }

    @Test(arguments: [
        "alice:", "alice:wrong", "alice:correct horse ", "bob:correct horse", ":correct horse", "alice", "",
        "zoë:correct horse",
        "ALICE:correct horse",
    ])
    func whatIsWrongStaysWrong(text: String) async throws {
        try await withGate { port async throws in
            for _ in 0..<2 { #expect(try await Web.get("/", basic(text), at: .ipv4(port)).status == 401) }
        }
    }

    @Test(arguments: ["Basic", "Basic !!!", "Bearer abc", "Basic YWxpY2U6Y29ycmVjdCBob3JzZQ== x"])
    func whatIsNoBasicCredentialIsChallenged(value: String) async throws {
        try await withGate { port async throws in
            #expect(try await Web.get("/", "Authorization: \(value)", at: .ipv4(port)).status == 401)
        }
    }

    @Test func aPreflightCarriesNoPassword() async throws {
        try await withGate { port async throws in
            let fields = ["Origin: http://localhost", "Access-Control-Request-Method: PUT"]
            #expect(try await Web.ask("OPTIONS /", fields: fields, at: .ipv4(port)).status == 200)
            let upgrade = fields + ["Connection: upgrade", "Upgrade: x"]
            for part in [[], [fields[0]], [fields[1]], fields + ["Authorization: Bearer x"], upgrade] {
                #expect(try await Web.ask("OPTIONS /", fields: part, at: .ipv4(port)).status == 401)
            }
            #expect(try await Web.ask("OPTIONS /", fields: fields, body: "x", at: .ipv4(port)).status == 401)
        }
    }

    /// Threads that are busy until told, so that checks pile up for certain.
    private func withBusyThreads<Result: Sendable>(
        _ body: (NIOThreadPool, _ letGo: @Sendable () -> Void) async throws -> Result
    ) async throws -> Result {
        let pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
        let gate = DispatchGate()
        pool.submit { _ in gate.wait() }
        do {
            let result = try await body(pool) { gate.open() }
            gate.open()
            try await pool.shutdownGracefully()
            return result
        } catch {
            gate.open()
            try? await pool.shutdownGracefully()
            throw error
        }
    }

    @Test func aFloodIsTurnedAwayWhileOthersAreServed() async throws {
        try await withBusyThreads { pool, letGo in
            let check = PasswordCheck([try Credential(parsing: Self.alice)], threads: pool)
            try await withGate(check) { port async throws in
                let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                    for index in 0..<40 {
                        group.addTask { try await Web.get("/", basic("alice:\(index)"), at: .ipv4(port)).status }
                    }
                    var statuses: [Int] = []
                    // Eight are answered while all 32 places are taken and nothing moves on the threads.
                    while statuses.count < 8, let status = try await group.next() { statuses.append(status) }
                    #expect(statuses == [Int](repeating: 429, count: 8))
                    // The one event loop is free: it still asks for passwords.
                    #expect(try await Web.get("/", at: .ipv4(port)).status == 401)
                    letGo()
                    for try await status in group { statuses.append(status) }
                    return statuses
                }
                #expect(statuses.count { $0 == 401 } == 32)
                // The places are free again.
                #expect(try await Web.get("/", basic("alice:correct horse"), at: .ipv4(port)).status == 200)
            }
        }
    }

    @Test func manyWithTheSamePasswordShareOneCheck() async throws {
        try await withBusyThreads { pool, letGo in
            let check = PasswordCheck([try Credential(parsing: Self.alice)], threads: pool, mostRunning: 1)
            try await withGate(check) { port async throws in
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<50 {
                        group.addTask { try await Web.get("/", basic("alice:correct horse"), at: .ipv4(port)).status }
                    }
                    letGo()
                    for try await status in group { #expect(status == 200) }
                }
            }
        }
    }
}

/// Holds a thread until it is opened.
private final class DispatchGate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func open() { semaphore.signal() }
    func wait() { semaphore.wait() }
}
