import HomeportHTTP
import HomeportNet
import NIOCore
import Testing

/// Files as bodies.
@Suite struct FileTests {
    /// Bytes of which none is zero, as padding would be, and whose period divides no power of two.
    static func bytes(_ count: Int) -> [UInt8] {
        let period = (1...251).map { UInt8($0) }
        var bytes: [UInt8] = []
        while bytes.count < count { bytes += period }
        return Array(bytes.prefix(count))
    }

    /// A responder's answer with one range of a file.
    static func send(_ file: TemporaryFile, _ range: Range<Int64>, on exchange: any Exchange) {
        exchange.begin(ResponseHead(200, body: .length(Int64(range.count))))
        exchange.send(file.file, range)
        exchange.end()
    }

    /// The body of one answer, after its head.
    static func body(_ bench: Bench) -> [UInt8] {
        let bytes = bench.socket.takeReceived()
        guard let end = bytes.indices.dropLast(3).first(where: { Array(bytes[$0..<$0 + 4]) == Array("\r\n\r\n".utf8) })
        else { return [] }
        return Array(bytes[(end + 4)...])
    }

    @Test(arguments: [1, 1000, 1 << 20, 3 << 20, (3 << 20) + 5])
    func aFileIsSentWhole(_ size: Int) throws {
        let content = Self.bytes(size)
        let file = try TemporaryFile(content)
        let bench = Bench { _, exchange in Self.send(file, 0..<Int64(size), on: exchange) }
        bench.send(get("/"))
        #expect(Self.body(bench) == content)
        bench.send(get("/"))
        #expect(Self.body(bench) == content)
        #expect(bench.observed.told == ["/ 200 \(size)", "/ 200 \(size)"])
    }

    @Test func rangesAndTextLeaveInOrder() throws {
        let content = Self.bytes(3 << 20)
        let file = try TemporaryFile(content)
        let bench = Bench { head, exchange in
            guard head.text(head.path) == "/" else { return exchange.answer(200, "next") }
            exchange.begin(ResponseHead(200, body: .length(6 + 5 + (2 << 20))))
            exchange.send(ByteBuffer(string: "one"))
            exchange.send(file.file, 10..<15)
            exchange.send(ByteBuffer(string: "two"))
            exchange.send(file.file, 100..<100 + (2 << 20))
            exchange.end()
        }
        bench.stall()
        bench.send(get("/") + get("/next"))
        for _ in 0..<30 { try bench.take(100_000) }
        let body = Self.body(bench)
        let expected =
            Array("one".utf8) + content[10..<15] + Array("two".utf8) + content[100..<100 + (2 << 20)]
        #expect(Array(body.prefix(expected.count)) == expected)
        #expect(String(decoding: body.dropFirst(expected.count), as: UTF8.self).hasSuffix("\r\n\r\nnext"))
    }

    @Test func anEmptyRangeIsNothing() throws {
        let file = try TemporaryFile([])
        let bench = Bench { _, exchange in Self.send(file, 0..<0, on: exchange) }
        bench.send(get("/") + get("/"))
        #expect(bench.received() == ok("") + ok(""))
    }

    @Test func toHEADNoByteOfAFileIsSent() throws {
        let file = try TemporaryFile(Self.bytes(10))
        let bench = Bench { _, exchange in Self.send(file, 0..<10, on: exchange) }
        bench.send(get("/", method: "HEAD"))
        #expect(bench.received() == "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
    }

    @Test func aStreamMayHoldAFile() throws {
        let file = try TemporaryFile(Array("0123456789".utf8))
        let bench = Bench { _, exchange in
            exchange.begin(ResponseHead(200, body: .streamed))
            exchange.send(ByteBuffer(string: "a"))
            exchange.send(file.file, 0..<10)
            exchange.send(ByteBuffer(string: "b"))
            exchange.end()
        }
        bench.send(get("/"))
        #expect(
            bench.received() == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "1\r\na\r\na\r\n0123456789\r\n1\r\nb\r\n0\r\n\r\n"
        )
    }

    @Test func aFileThatShrinksBeforeItsTurnEndsTheConnection() throws {
        let content = Self.bytes(3 << 20)
        let file = try TemporaryFile(content)
        let bench = Bench { _, exchange in Self.send(file, 0..<Int64(content.count), on: exchange) }
        bench.stall()
        bench.send(get("/"))
        try bench.take(1000)
        file.truncate(to: (1 << 20) + 1000)
        try bench.take(.max / 2)
        #expect(bench.isClosed)
        let body = Self.body(bench)
        #expect(body == Array(content.prefix(body.count)), "its own bytes and no others")
        #expect(bench.observed.told == ["/ 200 \(content.count) incomplete"])
    }

    @Test func aFileThatShrinksUnderSendfileEndsTheConnection() throws {
        for write in [TimeAmount.seconds(30), nil] {
            let content = Self.bytes(1 << 20)
            let file = try TemporaryFile(content)
            var deadlines = HTTPDeadlines()
            deadlines.write = write
            let bench = Bench(deadlines: deadlines) { _, exchange in
                Self.send(file, 0..<Int64(content.count), on: exchange)
            }
            bench.stall()
            bench.send(get("/"))
            try bench.take(1000)
            file.truncate(to: 5000)
            try bench.take(.max / 2)
            #expect(!bench.isClosed, "sendfile waits")
            bench.advance(by: .seconds(2))
            #expect(bench.isClosed)
            #expect(Self.body(bench) == Array(content.prefix(5000)))
        }
    }

    @Test func aClientThatStopsTakingASmallFileIsClosed() throws {
        let file = try TemporaryFile(Self.bytes(1000))
        let bench = Bench { _, exchange in Self.send(file, 0..<1000, on: exchange) }
        bench.stall()
        bench.send(get("/"))
        bench.advance(by: .seconds(32))
        #expect(bench.isClosed)
        #expect(bench.observed.told == ["/ 200 1000 incomplete"])
    }

    @Test func aClientThatTakesAFileSlowlyIsNotCutOff() throws {
        let content = Self.bytes(1_000_000)
        let file = try TemporaryFile(content)
        let bench = Bench { _, exchange in Self.send(file, 0..<1_000_000, on: exchange) }
        bench.stall()
        bench.send(get("/"))
        for _ in 0..<101 {
            bench.advance(by: .seconds(25))
            try bench.take(10_000)
        }
        #expect(Self.body(bench) == content)
        #expect(!bench.isClosed)
    }

    @Test func theBodyIsPassedOverWhileAFileIsSent() throws {
        let content = Self.bytes(2 << 20)
        let file = try TemporaryFile(content)
        for late in [false, true] {
            let bench = Bench { head, exchange in
                guard head.method == .post else { return exchange.answer(200, "next") }
                Self.send(file, 0..<Int64(content.count), on: exchange)
            }
            bench.stall()
            bench.send(BodyTests.post("/", "Content-Length: 5", body: late ? "he" : "hello") + (late ? "" : get("/")))
            if late { bench.send("llo" + get("/")) }
            #expect(!bench.isClosed)
            #expect(bench.observed.told == [], "the answer is not over before its last byte has left")
            try bench.take(.max / 2)
            let body = Self.body(bench)
            #expect(Array(body.prefix(content.count)) == content)
            #expect(String(decoding: body.dropFirst(content.count), as: UTF8.self).hasSuffix("\r\n\r\nnext"))
        }
    }

    @Test func whoSendsMoreAfterAFileIsToldWhenItHasLeft() throws {
        let file = try TemporaryFile(Self.bytes(1000))
        var drained = 0
        let bench = Bench { _, exchange in
            exchange.begin(ResponseHead(200, body: .length(1001)))
            exchange.onDrained = {
                drained += 1
                guard drained == 1 else { return }
                exchange.send(ByteBuffer(string: "!"))
                exchange.end()
            }
            exchange.send(file.file, 0..<1000)
            #expect(exchange.isCongested)
        }
        bench.stall()
        bench.send(get("/"))
        #expect(drained == 0)
        try bench.take(.max / 2)
        #expect(drained == 1)
        #expect(Self.body(bench) == Self.bytes(1000) + Array("!".utf8))
    }

    @Test func aFileIsLetGoOfWhenTheClientGoes() throws {
        weak var file: OpenFile?
        let bench = try {
            let temporary = try TemporaryFile(Self.bytes(3 << 20))
            file = temporary.file
            var temporaries = [temporary]
            return Bench { _, exchange in
                Self.send(temporaries.removeFirst(), 0..<3 << 20, on: exchange)
            }
        }()
        bench.stall()
        bench.send(get("/"))
        #expect(file != nil)
        bench.channel.close(promise: nil)
        bench.deliver()
        #expect(file == nil)
    }
}
