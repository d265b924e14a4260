import HomeportCore
import HomeportNet
import HomeportRuntime
import LiveTestSupport
import NIOCore
import Synchronization
import Testing

@testable import HomeportControl
@testable import HomeportTap

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The record through the control API, of a project that serves a folder.
@Suite(.timeLimit(.minutes(2))) struct TapControlTests {
    private let bench: ControlBench

    init() throws { bench = try ControlBench() }

    private func ask(_ client: ControlClient, _ path: String, _ method: String = "GET", _ fields: String = "")
        async throws -> String
    {
        let question =
            "\(method) /api/v1/tap\(path) HTTP/1.1\r\nHost: \(ServiceName.control)\r\nConnection: close\r\n\(fields)\r\n"
        let answer = try await OneShot.ask(
            unixSocket: client.socket,
            ByteBuffer(string: question),
            limit: 1 << 20,
            within: .seconds(10)
        )
        return String(buffer: answer)
    }

    @Test func whatWasAskedIsInTheRecord() async throws {
        try await bench.withProject { running async throws in
            _ = try await Web.get("/", at: .ipv4(running.port))
            _ = try await Web.get("/none?q=1", at: .ipv4(running.port))
            let page = try await running.client.tap("", order: .oldest, from: nil, limit: 10)
            #expect(page.rows.map(\.target) == ["/", "/none?q=1"] && page.rows.map(\.status) == [200, 404])
            #expect(page.rows.allSatisfy { $0.service == "a" && $0.complete && !$0.live && $0.took != nil })
            #expect(page.next == nil && page.scanned == 2 && page.counters.rows == 2)
            #expect(try await running.client.tap("status=404", order: .newest, from: nil, limit: 10).rows.count == 1)
            let exchange = try await running.client.tapExchange(page.rows[0].id)
            #expect(exchange.request.line == "GET / HTTP/1.1" && exchange.response?.line == "HTTP/1.1 200 OK")
            #expect(exchange.response?.body.length == 3)
            #expect(try await running.client.tapBody(.response, of: page.rows[0].id) == Array("one".utf8))
            try await running.client.clearTap()
            #expect(try await running.client.tap("", order: .newest, from: nil, limit: 10).rows.isEmpty)
        }
    }

    @Test func newsAreWaitedFor() async throws {
        try await bench.withProject { running async throws in
            let before = try await running.client.tapNews("", after: nil, wait: 0)
            #expect(before.rows.isEmpty)
            async let news = running.client.tapNews("path=/none", after: before.next, wait: 30)
            _ = try await Web.get("/", at: .ipv4(running.port))
            _ = try await Web.get("/none", at: .ipv4(running.port))
            #expect(try await news.rows.map(\.target) == ["/none"])
        }
    }

    /// Reads an event stream until it has said all of `words`. A request is made once it has begun.
    private func listen(_ running: ControlBench.Running, _ fields: String = "", for words: [String]) async throws
        -> String
    {
        let client = running.client
        return try await OwnThread.run {
            let connection = try BlockingConnection.open(.unix(client.socket), within: 20)
            let question = "GET /api/v1/events?filter=path~/ HTTP/1.1\r\nHost: \(ServiceName.control)\r\n\(fields)\r\n"
            try Array(question.utf8).withUnsafeBytes { try WholeWrite.bytes($0, to: connection.number) }
            var said = ""
            func read() throws {
                said += String(
                    decoding: try DescriptorPassing.receive(on: connection.number, upTo: 1 << 16).bytes,
                    as: UTF8.self
                )
            }
            while !said.contains("retry:") { try read() }
            let request = try RawConnection(to: running.port)
            try request.send("GET /none HTTP/1.1\r\nHost: localhost\r\n\r\n")
            while !words.allSatisfy({ said.contains($0) }) { try read() }
            return said
        }
    }

    @Test func whatIsNewIsToldAsItHappens() async throws {
        try await bench.withProject { running async throws in
            let said = try await listen(running, for: ["event: rows", "/none"])
            #expect(said.contains("text/event-stream") && said.contains("\"status\":404") && said.contains("id: "))
            // Who was there before goes on from there.
            let more = try await listen(running, "Last-Event-ID: 0\r\n", for: ["\"id\":1,", "\"id\":2,"])
            #expect(more.contains("\"status\":404"))
        }
    }

    @Test func whoHasMissedMuchIsToldSo() async throws {
        try await bench.withProject { running async throws in
            for _ in 0..<9_000 { running.project.tap.store.add(TapRecord(), as: nil) }
            let said = try await listen(running, "Last-Event-ID: 1\r\n", for: ["event: resync", "missed"])
            // 9,000 less the 8,192 that are remembered, and the one that was known; one more if its own request came first.
            #expect(said.contains("{\"missed\":80"))
        }
    }

    @Test func bodiesAreHadInParts() async throws {
        try await bench.withProject { running async throws in
            _ = try await Web.get("/", at: .ipv4(running.port))
            let id = try #require(try await running.client.tap("", order: .newest, from: nil, limit: 1).rows.first).id
            let part = try await ask(running.client, "/\(id)/response/body", "GET", "Range: bytes=1-\r\n")
            #expect(
                part.hasPrefix("HTTP/1.1 206") && part.contains("Content-Range: bytes 1-2/3\r\n")
                    && part.hasSuffix("\r\n\r\nne")
            )
            #expect(part.contains("application/octet-stream") && part.contains("nosniff"))
            let beyond = try await ask(running.client, "/\(id)/response/body", "GET", "Range: bytes=9-\r\n")
            #expect(beyond.hasPrefix("HTTP/1.1 416") && beyond.contains("Content-Range: bytes */3\r\n"))
            #expect(beyond.contains("\"code\":\"control.range\""))
            for word in ["secrets=yes", "sercets=true"] {
                #expect(try await ask(running.client, "/\(id)/curl?\(word)").hasPrefix("HTTP/1.1 422"))
            }
            #expect(try await ask(running.client, "/\(id)/request").hasSuffix("\r\n\r\n"))
        }
    }

    @Test(arguments: [
        ("?filter=stauts%3D5", "422", "column 1"), ("?limit=0", "422", "1 to 1000"), ("?order=best", "422", "newest"),
        ("?fliter=x", "422", "did you mean filter?"), ("?from=x", "422", "whole number"),
        ("/news?wait=99", "422", "0 to 60"),
        ("/99", "404", "tap.row"), ("/x", "404", "tap.row"), ("/1/nothing", "404", "tap.row"),
        ("/har?filter=(", "422", "column 2"), ("/har?secrets=yes", "422", "true or false"),
        ("/pcapng?secrets=", "422", "true or false"), ("?limit=1&limit=2", "422", "twice"),
        ("?limit=%2B1", "422", "1 to 1000"), ("/%2B1", "404", "tap.row"), ("/+1", "404", "tap.row"),
    ])
    func whatIsWrongIsSaid(path: String, status: String, words: String) async throws {
        try await bench.withProject { running async throws in
            let answer = try await ask(running.client, path)
            #expect(answer.hasPrefix("HTTP/1.1 \(status) ") && answer.contains(words), "\(answer)")
        }
    }

    @Test func theRecordIsNotWrittenTo() async throws {
        try await bench.withProject { running async throws in
            #expect(try await ask(running.client, "", "POST", "Content-Length: 0\r\n").hasPrefix("HTTP/1.1 405"))
            #expect(try await ask(running.client, "/1", "DELETE").hasPrefix("HTTP/1.1 405"))
        }
    }

    @Test func anArchiveIsWholeOrAnError() async throws {
        try await bench.withProject { running async throws in
            for _ in 0..<40 { _ = try await Web.get("/", at: .ipv4(running.port)) }
            let bytes = Mutex<[UInt8]>([])
            let count = try await running.client.tapExport("har", of: "", secrets: false) { piece in
                bytes.withLock { $0 += piece }
            }
            #expect(count.written == 40 && count.left == 0)
            let archive = try JSONDecoder().decode([String: Log].self, from: Data(bytes.withLock { $0 }))
            #expect(archive["log"]?.entries.count == 40)
            await #expect(throws: HomeportError.self) {
                _ = try await running.client.tapExport("har", of: "(", secrets: false) { _ in }
            }
        }
    }

    private struct Log: Decodable {
        struct Entry: Decodable {
            var time: Double
        }

        var entries: [Entry]
    }

    @Test func wordsOfAQueryAreDecoded() throws {
        let words = QueryWords("filter=path~%2Fa+b%3D&x&=y&odd=%zz%2")
        #expect(words["filter"] == "path~/a b=" && words["x"] == "" && words[""] == "y" && words["odd"] == "%zz%2")
        #expect(QueryWords("a=%+f%-0")["a"] == "% f%-0")
        #expect("path~/ü =1".percentEncoded == "path%7E%2F%C3%BC%20%3D1")
        #expect(QueryWords("a=\("path~/ü +&=1".percentEncoded)")["a"] == "path~/ü +&=1")
    }
}
