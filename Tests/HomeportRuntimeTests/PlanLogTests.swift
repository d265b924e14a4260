import Foundation
import HomeportCore
import HomeportHTTP
import LiveTestSupport
import Synchronization
import Testing

@testable import HomeportRuntime

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite(.timeLimit(.minutes(1))) struct PlanLogTests {
    private let folder: TemporaryFolder
    private let descriptor: CInt

    init() throws {
        folder = try TemporaryFolder()
        descriptor = open("\(folder.path)/log", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        try #require(descriptor >= 0)
    }

    private var lines: [String] { (folder.read("log") ?? "").split(separator: "\n").map(String.init) }

    // MARK: Lines

    @Test func linesComeWholeAndInOrder() async {
        let writer = LineWriter(descriptor: descriptor)
        for number in 0..<5000 { writer.write("line \(number)") }
        writer.finish(within: 20)
        #expect(lines == (0..<5000).map { "line \($0)" })
        close(descriptor)
    }

    @Test func linesOfManyThreadsAreNotMixed() async {
        let writer = LineWriter(descriptor: descriptor)
        await withTaskGroup(of: Void.self) { group in
            for letter in "abcdefgh" {
                group.addTask { for _ in 0..<500 { writer.write(String(repeating: letter, count: 50)) } }
            }
        }
        writer.finish(within: 20)
        #expect(lines.count == 4000)
        #expect(lines.allSatisfy { $0.count == 50 && Set($0).count == 1 })
        close(descriptor)
    }

    private func pipe() throws -> (read: CInt, write: CInt) {
        var ends: [CInt] = [0, 0]
        try #require(Glibc.pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    /// Reads on a thread of its own until the other end closes.
    private final class Drain: Sendable {
        private let text = Mutex("")
        private let done = DispatchSemaphore(value: 0)

        init(_ descriptor: CInt) {
            Thread.detachNewThread { [self] in
                var (bytes, piece) = ([UInt8](), [UInt8](repeating: 0, count: 1 << 16))
                while case let count = read(descriptor, &piece, piece.count), count > 0 { bytes += piece[..<count] }
                text.withLock { $0 = String(decoding: bytes, as: UTF8.self) }
                done.signal()
            }
        }

        var lines: [Substring] {
            done.wait()
            return text.withLock { $0 }.split(separator: "\n")
        }
    }

    @Test func aSlowReaderLosesLinesThatAreCounted() throws {
        let ends = try pipe()
        let writer = LineWriter(descriptor: ends.write, bound: 10_000) { "lost \($0)" }
        let line = String(repeating: "x", count: 99)
        for _ in 0..<20_000 { writer.write(line) }
        // The pipe is full, so that a process that wants to end must not wait for it.
        let before = ContinuousClock.now
        writer.finish(within: 0.05)
        #expect(ContinuousClock.now - before < .seconds(10))
        let rest = Drain(ends.read)
        writer.finish(within: 20)
        close(ends.write)
        let words = rest.lines
        let lost = words.filter { $0.hasPrefix("lost ") }.compactMap { Int($0.dropFirst(5)) }
        #expect(!lost.isEmpty)
        #expect(words.count { $0 == line } + lost.reduce(0, +) == 20_000)
        close(ends.read)
    }

    @Test func aPipeThatIsNonBlockingLosesNothing() throws {
        let ends = try pipe()
        _ = fcntl(ends.write, F_SETFL, O_NONBLOCK)
        let writer = LineWriter(descriptor: ends.write)
        for number in 0..<20_000 { writer.write("line \(number)") }
        let rest = Drain(ends.read)
        writer.finish(within: 20)
        close(ends.write)
        #expect(rest.lines.count == 20_000)
        close(ends.read)
    }

    @Test func aLogThatHasGrownIsTurnedOver() throws {
        let writer = LineWriter(descriptor: descriptor, file: "\(folder.path)/log", largestFile: 1000)
        for round in 0..<4 {
            for _ in 0..<15 { writer.write("round \(round) " + String(repeating: "x", count: 90)) }
            writer.finish(within: 20)
        }
        #expect(folder.names(in: "") == ["log", "log.1"])
        #expect(folder.read("log.1")?.contains("round ") == true)
        writer.write("after")
        writer.finish(within: 20)
        // How many lines one write takes is the queue's affair: some of the last round may be in the new file.
        #expect(lines.last == "after" && lines.count <= 15)
        #expect(folder.mode("log") == 0o600)
        close(descriptor)
    }

    // MARK: Requests

    private func log(_ form: AccessLog.Form, _ requests: String...) async throws -> [String] {
        let writer = LineWriter(descriptor: descriptor)
        let log = AccessLog(form, to: writer)
        try await withServer(observer: log) { _ in
            NamedResponder("x")
        } _: { port async throws in
            for request in requests { _ = try await Web.send(request, to: .ipv4(port)) }
        }
        writer.finish(within: 20)
        close(descriptor)
        return lines
    }

    private static func get(_ target: String) -> String {
        "GET \(target) HTTP/1.1\r\nHost: a.localhost\r\nConnection: close\r\n\r\n"
    }

    @Test func aLineSaysWhatWasAskedAndWhatCame() async throws {
        let line = try #require(await log(.text(colour: false), Self.get("/a?b=c")).first)
        #expect(line.contains(/^\d\d:\d\d:\d\d 200 GET  \/a\?b=c  12 B  [\d.]+ ms$/))
    }

    @Test func colourIsOnlyWhereItIsWanted() async throws {
        let line = try #require(await log(.text(colour: true), Self.get("/")).first)
        #expect(line.contains("\u{1B}[32m200\u{1B}[0m"))
    }

    @Test func whatATerminalObeysNeverPasses() async throws {
        let lines = try await log(
            .text(colour: false),
            Self.get("/\u{9B}2J\u{202E}evil"),
            Self.get("/\u{1B}[2J"),
            "\u{1B}]0;x\u{7}\r\n\r\n"
        )
        #expect(!lines.isEmpty)
        #expect(!lines.joined().unicodeScalars.contains { $0.isUnseen })
    }

    private struct Line: Decodable {
        var time, peer, method, host, target: String
        var status: Int
        var bytes: Int
        var ms: Double
        var complete: Bool
        var refusal: String?
    }

    @Test func everyJSONLineParses() async throws {
        let lines = try await log(
            .json,
            Self.get("/a\"b\\c"),
            Self.get("/\u{9B}\u{2028}é\u{E0001}"),
            Self.get("/x"),
            "nonsense\r\n\r\n"
        )
        let parsed = try lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
        #expect(parsed.contains { $0.target == "/a\"b\\c" || $0.status == 400 })
        let plain = try #require(parsed.first { $0.target == "/x" })
        #expect(plain.status == 200 && plain.method == "GET" && plain.host == "a.localhost" && plain.complete)
        #expect(plain.peer.hasPrefix("127.0.0.1:") && plain.bytes == 8 && plain.ms >= 0)
        #expect(plain.time.contains(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/))
        #expect(plain.refusal == nil)
        #expect(parsed.contains { $0.method == "-" && $0.status == 400 && $0.refusal?.isEmpty == false })
    }

    @Test func lostLinesAreJSONToo() throws {
        struct Lost: Decodable { var time: String; var dropped: Int }
        let text = AccessLog.dropLine(.json)(7)
        #expect(try JSONDecoder().decode(Lost.self, from: Data(text.utf8)).dropped == 7)
    }

    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00Z"), (951_782_399, "2000-02-28T23:59:59Z"),
        (951_868_800, "2000-03-01T00:00:00Z"),
    ])
    func timeIsAsRFC3339HasIt(seconds: Int64, text: String) { #expect(LogTime.rfc3339(seconds) == text) }
}
