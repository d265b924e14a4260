import HomeportHTTP
import HomeportNet
import NIOCore
import Synchronization
import Testing

/// Real sockets, both loopbacks.
@Suite(.timeLimit(.minutes(2))) struct ServerTests {
    static func text(_ bytes: [UInt8]) -> String { Bench.withoutDates(bytes) }

    /// What stands behind the first empty line.
    static func body(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        let end = bytes.indices.dropLast(3).first { bytes[$0..<$0 + 4].elementsEqual("\r\n\r\n".utf8) }
        return bytes[((end ?? bytes.count - 4) + 4)...]
    }

    @Test func bothLoopbacksAreAnswered() async throws {
        try await withServer({ head, exchange in exchange.answer(200, head.text(head.path)) }) { server in
            for ipv6 in server.places.count == 2 ? [false, true] : [false] {
                let client = try Client(port: server.port, ipv6: ipv6)
                try await client.send(get("/a") + get("/b", "Connection: close"))
                #expect(Self.text(try await client.rest()) == ok("/a") + ok("/b", "Connection: close"))
            }
        }
    }

    @Test(arguments: [15 << 10, 17 << 10, 70 << 10])
    func manyPipelinedAnswersArriveOnceAndInOrder(_ size: Int) async throws {
        let body = String(repeating: "x", count: size)
        try await withServer({ head, exchange in exchange.answer(200, head.text(head.path) + body) }) { server in
            for count in 1...12 {
                let client = try Client(port: server.port)
                try await client.send((0..<count).map { get("/\($0)") }.joined())
                let expected = (0..<count).map { ok("/\($0)\(body)") }.joined()
                // One Date line each.
                let all = try await client.receive(expected.utf8.count + count * 37)
                #expect(Self.text(all) == expected, "\(count) answers")
                try await client.send(get("/last", "Connection: close"))
                #expect(Self.text(try await client.rest()) == ok("/last\(body)", "Connection: close"))
            }
        }
    }

    @Test func aHalfClosedClientReceivesALargeReply() async throws {
        let body = String(repeating: "x", count: 20 << 20)
        try await withServer({ _, exchange in exchange.answer(200, body) }) { server in
            let client = try Client(port: server.port, receiveBuffer: 8192)
            try await client.send(get("/"))
            client.finishSending()
            let start = try await client.receive(1000)
            #expect(Self.body(start + (try await client.rest())).count == body.utf8.count)
        }
    }

    @Test func aRefusalIsReadableThoughTheClientGoesOnSending() async throws {
        try await withServer({ _, exchange in exchange.answer(413, "no") }) { server in
            let client = try Client(port: server.port)
            let request = BodyTests.post("/", "Content-Length: \(64 << 20)")
            try await client.send(request + String(repeating: "x", count: 2 << 20))
            client.finishSending()
            #expect(
                Self.text(try await client.rest()) == ok("no", "Connection: close", status: "413 Content Too Large")
            )
        }
    }

    @Test func aFileIsSentWhole() async throws {
        let content = FileTests.bytes(9 << 20)
        let file = try TemporaryFile(content)
        try await withServer({ _, exchange in FileTests.send(file, 0..<Int64(content.count), on: exchange) }) {
            server in
            let client = try Client(port: server.port)
            try await client.send(get("/") + get("/", "Connection: close"))
            let all = try await client.rest()
            #expect(ByteBuffer(bytes: all.suffix(content.count)) == ByteBuffer(bytes: content))
            #expect(ByteBuffer(bytes: Self.body(all).prefix(content.count)) == ByteBuffer(bytes: content))
        }
    }

    @Test func aFileTruncatedWhileBeingSentEndsTheConnectionAndIsNeverPadded() async throws {
        let content = FileTests.bytes(12 << 20)
        for size in [6 << 20, 0] {
            let file = try TemporaryFile(content)
            try await withServer({ _, exchange in FileTests.send(file, 0..<Int64(content.count), on: exchange) }) {
                server in
                let client = try Client(port: server.port, receiveBuffer: 8192)
                try await client.send(get("/"))
                let start = try await client.receive(4096)
                file.truncate(to: size)
                let all = Self.body(start + ((try? await client.rest()) ?? []))
                #expect(all.count < content.count)
                #expect(ByteBuffer(bytes: all) == ByteBuffer(bytes: content.prefix(all.count)))
                #expect(try await until { server.connectionCount == 0 })
            }
        }
    }

    @Test func aClientThatStopsReadingIsClosed() async throws {
        var deadlines = HTTPDeadlines()
        deadlines.write = .milliseconds(300)
        let ended = Mutex(0)
        let answer: @Sendable (RequestHead, any Exchange) -> Void = { _, exchange in
            exchange.onClosed = { ended.withLock { $0 += 1 } }
            exchange.begin(ResponseHead(200, body: .length(64 << 20)))
            exchange.send(ByteBuffer(repeating: 1, count: 64 << 20))
            exchange.end()
        }
        try await withServer(answer, deadlines: deadlines) { server in
            let client = try Client(port: server.port, receiveBuffer: 8192)
            try await client.send(get("/"))
            #expect(try await until { ended.withLock { $0 == 1 } })
            #expect(try await until { server.connectionCount == 0 })
            _ = client
        }
    }

    @Test func aClientThatResetsIsLetGoOf() async throws {
        let held = Held()
        let ended = Mutex(0)
        let answer: @Sendable (RequestHead, any Exchange) -> Void = { _, exchange in
            exchange.onClosed = { ended.withLock { $0 += 1 } }
            held.hold(exchange) { $0.answer(200, "late") }
        }
        try await withServer(answer) { server in
            let client = try Client(port: server.port)
            try await client.send(get("/"))
            #expect(try await until { held.count == 1 })
            client.reset()
            #expect(try await until { ended.withLock { $0 == 1 } && server.connectionCount == 0 })
            held.release()
        }
    }

    // MARK: Stopping

    @Test func stoppingFinishesARunningAnswerAndClosesIdleConnections() async throws {
        let held = Held()
        let answer: @Sendable (RequestHead, any Exchange) -> Void = { head, exchange in
            guard head.text(head.path) == "/late" else { return exchange.answer(200, "ok") }
            held.hold(exchange) { $0.answer(200, "late") }
        }
        try await withServer(answer) { server in
            let (idle, busy, silent) = (
                try Client(port: server.port), try Client(port: server.port), try Client(port: server.port)
            )
            try await idle.send(get("/"))
            #expect(Self.text(try await idle.receive(ok("ok").utf8.count + 37)) == ok("ok"))
            try await busy.send(get("/late"))
            #expect(try await until { held.count == 1 && server.connectionCount == 3 })
            async let cut = server.stop(within: .seconds(20))
            #expect(try await idle.rest().isEmpty)
            #expect(try await silent.rest().isEmpty)
            held.release()
            #expect(Self.text(try await busy.rest()) == ok("late", "Connection: close"))
            // Who closes, too, need not be waited for.
            idle.finishSending()
            silent.finishSending()
            busy.finishSending()
            #expect(await cut == 0)
            #expect(throws: Client.Failed.self) { try Client(port: server.port) }
        }
    }

    @Test func stoppingCutsOffWhatDoesNotEndInTime() async throws {
        let held = Held()
        try await withServer({ _, exchange in held.hold(exchange) { $0.answer(200, "late") } }) { server in
            let client = try Client(port: server.port)
            try await client.send(get("/"))
            #expect(try await until { held.count == 1 })
            #expect(await server.stop(within: .milliseconds(50)) == 1)
            #expect((try? await client.rest()) ?? [] == [])
            held.release()
        }
    }
}
