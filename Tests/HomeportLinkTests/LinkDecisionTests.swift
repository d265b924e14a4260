import HomeportConditions
import HomeportCore
import LiveTestSupport
import NIOCore
import Synchronization
import Testing

@testable import HomeportLink

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What conditions decide is told, is the same for the same seed, and can be done again.
@Suite(.timeLimit(.minutes(2))) struct LinkDecisionTests {
    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func add(_ line: String) { lines.withLock { $0.append(line) } }
    }

    /// A conversation of short messages, through three connections one after the other.
    private func converse(
        _ words: String,
        seed: UInt64 = 1,
        replaying recording: Recording? = nil
    ) async throws -> [String] {
        let lines = Lines()
        let upstream = try Upstream()
        var plan = LinkPlan(name: "test", to: .endpoint(try Endpoint(parsing: "127.0.0.1:\(upstream.port)")))
        plan.edit = try LinkEdit.read(words, file: "test")
        plan.seed = seed
        plan.recording = recording
        try await LinkBench.running(plan, decisions: DecisionLog { lines.add($0) }) { link in
            for _ in 0..<3 {
                let client = try RawConnection(to: link.port?.number ?? 0)
                let server = try upstream.accept()
                for length in [10, 200, 900] {
                    try client.send([UInt8](repeating: 7, count: length))
                    _ = try server.receive(length)
                    try server.send([UInt8](repeating: 7, count: length))
                    _ = try client.receive(length)
                }
                client.finish()
                #expect(server.end() == .end)
                server.finish()
                #expect(client.end() == .end)
                try await LinkBench.untilNobodyIsLeft(link)
            }
        }
        return Self.timeless(lines)
    }

    /// From a log without times.
    private static func recording(_ log: [String]) throws -> Recording {
        let lines = try log.enumerated().map { index, line in
            try JSONDecoder().decode(Recording.Line.self, from: Data((index == 0 ? line : line + "}").utf8))
        }
        return try Recording(lines, link: nil)
    }

    /// Without when it was.
    private static func timeless(_ lines: Lines) -> [String] {
        lines.all.map { line in line.firstRange(of: ",\"at\"").map { String(line[..<$0.lowerBound]) } ?? line }
    }

    private static let words = "{ direction: both, latency: 4ms, jitter: 3ms, loss: 30%, recovery: 9ms, corrupt: 100% }"

    @Test func equalSeedsGiveEqualLogsAndOthersDoNot() async throws {
        let one = try await converse(Self.words, seed: 7)
        let again = try await converse(Self.words, seed: 7)
        let other = try await converse(Self.words, seed: 8)
        #expect(one.dropFirst() == again.dropFirst())
        #expect(one.dropFirst() != other.dropFirst())
        #expect(one[0].contains("\"target\":\"127.0.0.1:") && one[0].contains("\"seed\":7"))
        let whats = Set(one.compactMap { $0.split(separator: "\"what\":\"").last?.prefix { $0 != "\"" } })
        #expect(whats.isSuperset(of: ["delay", "flip"]))
    }

    @Test(arguments: [words, "{ direction: both, corrupt_at: '0,5,100,1000', slice: 64B }"])
    func aLogIsDoneAgain(words: String) async throws {
        let recorded = try await converse(words, seed: 7)
        let recording = try Self.recording(recorded)
        #expect(recording.link == "test" && recording.transport == "tcp" && recording.connections == 3)
        // Another seed, and no words: all that happens is from the log.
        let replayed = try await converse("{}", seed: 99, replaying: recording)
        #expect(replayed.dropFirst() == recorded.dropFirst())
    }

    /// Requests of three connections, each answered by one of two faults.
    private func statuses(
        _ words: String,
        seed: UInt64,
        replaying recording: Recording? = nil
    ) async throws -> (statuses: [String], log: [String]) {
        let (lines, upstream) = (Lines(), try Upstream())
        var plan = LinkPlan(name: "test", to: .endpoint(try Endpoint(parsing: "127.0.0.1:\(upstream.port)")))
        plan.edit = try LinkEdit.read(words, file: "test")
        (plan.seed, plan.recording) = (seed, recording)
        var statuses: [String] = []
        try await LinkBench.running(plan, decisions: DecisionLog { lines.add($0) }) { link in
            for _ in 0..<3 {
                let client = try RawConnection(to: link.port?.number ?? 0)
                for _ in 0..<8 {
                    try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                    let head = try client.head()
                    statuses.append(String(head.dropFirst(9).prefix(3)))
                }
                client.finish()
                #expect(client.end() == .end)
                try await LinkBench.untilNobodyIsLeft(link)
            }
        }
        return (statuses, Self.timeless(lines))
    }

    @Test func requestsAreDecidedAndDoneAgainAlike() async throws {
        let words = "{ http: [ { share: 40%, status: 503, delay: 1ms }, { status: 204 } ] }"
        let one = try await statuses(words, seed: 7)
        #expect(Set(one.statuses) == ["503", "204"] && one.log.count == 1 + 24 + one.statuses.count { $0 == "503" })
        #expect(try await statuses(words, seed: 7).log.dropFirst() == one.log.dropFirst())
        #expect(try await statuses(words, seed: 8).statuses != one.statuses)
        let again = try await statuses("{}", seed: 99, replaying: Self.recording(one.log))
        #expect(again.statuses == one.statuses && again.log.dropFirst() == one.log.dropFirst())
    }

    @Test(arguments: [
        ("[]", "the log is empty"),
        (#"[{"link":"a"},{"link":"b"}]"#, "the log has several links"),
        (#"[{"link":"a","lost":3}]"#, "3 decisions are missing"),
        (
            #"[{"link":"a","connection":1,"direction":"up","place":0,"what":"magic"}]"#,
            "cannot be repeated"
        ),
        (
            #"[{"link":"a","connection":1,"direction":"up","place":0,"request":1,"fault":{"status":"x"}}]"#,
            "the fault makes no sense"
        ),
        (
            #"[{"link":"a","connection":1,"direction":"up","place":0,"what":"delay","ms":-1}]"#,
            "cannot be repeated"
        ),
    ])
    func logsThatCannotBeRepeated(text: String, problem: String) throws {
        let lines = try JSONDecoder().decode([Recording.Line].self, from: Data(text.utf8))
        var found = ""
        do throws(HomeportError) { _ = try Recording(lines, link: nil) } catch { found = error.what }
        #expect(found.contains(problem))
    }
}
