import HomeportHTTP
import NIOCore
import Testing

/// Conversations made up at random: pipelined requests cut anywhere, responders of every kind, a client that takes what
/// it likes when it likes. Whatever happens between, each request gets exactly its answer, in order.
@Suite struct RandomConversationTests {
    /// How one request is made, and answered.
    struct Turn {
        enum Body { case none, length(Int), chunked([Int]) }
        enum Answer { case whole(Int), pieces([Int]), stream([Int]), file(Range<Int>) }

        var target: String
        var isHead: Bool
        var body: Body
        var answer: Answer
        var isLate: Bool
        var readsBody: Bool
        var pauses: Bool

        init(_ number: Int, using random: inout SeededRandom) {
            func size(_ most: Int) -> Int {
                Bool.random(using: &random)
                    ? Int.random(in: 0...60, using: &random) : Int.random(in: 0...most, using: &random)
            }
            func sizes(_ most: Int) -> [Int] { (0..<Int.random(in: 0...6, using: &random)).map { _ in size(most) } }
            target = "/\(number)"
            isHead = Int.random(in: 0..<8, using: &random) == 0
            body = [.none, .length(size(3000)), .chunked(sizes(3000))].randomElement(using: &random) ?? .none
            let start = size(100_000)
            answer =
                [
                    .whole(size(90_000)), .pieces(sizes(90_000)), .stream(sizes(90_000)),
                    .file(start..<start + size(90_000)),
                ]
                .randomElement(using: &random) ?? .whole(0)
            (isLate, readsBody, pauses) = (.random(using: &random), .random(using: &random), .random(using: &random))
        }

        var request: String {
            let line = "\(isHead ? "HEAD" : "POST") \(target) HTTP/1.1\r\nHost: a\r\n"
            switch body {
            case .none: return "\(line)\r\n"
            case .length(let count): return "\(line)Content-Length: \(count)\r\n\r\n\(text(count))"
            case .chunked(let sizes):
                let chunks = sizes.filter { $0 > 0 }.map { "\(String($0, radix: 16));x\r\n\(text($0))\r\n" }.joined()
                return "\(line)Transfer-Encoding: chunked\r\n\r\n\(chunks)0\r\nX: y\r\n\r\n"
            }
        }

        var bodyCount: Int {
            switch body {
            case .none: 0
            case .length(let count): count
            case .chunked(let sizes): sizes.reduce(0, +)
            }
        }

        /// As it must arrive.
        var expected: String {
            switch answer {
            case .whole(let count): head(count) + (isHead ? "" : text(count))
            case .pieces(let sizes): head(sizes.reduce(0, +)) + (isHead ? "" : sizes.map(text).joined())
            case .file(let range): head(range.count) + (isHead ? "" : RandomConversationTests.fileText(range))
            case .stream(let sizes):
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + (isHead
                        ? ""
                        : sizes.filter { $0 > 0 }.map { "\(String($0, radix: 16))\r\n\(text($0))\r\n" }.joined()
                            + "0\r\n\r\n")
            }
        }

        private func head(_ count: Int) -> String { "HTTP/1.1 200 OK\r\nContent-Length: \(count)\r\n\r\n" }

        /// Text that tells whose it is.
        func text(_ count: Int) -> String {
            String(repeating: target, count: count / target.utf8.count + 1).prefixed(count)
        }
    }

    static let file = Result { try TemporaryFile(FileTests.bytes(200_000).map { $0 & 0x7F | 0x40 }) }
    static let fileBytes = FileTests.bytes(200_000).map { $0 & 0x7F | 0x40 }
    static func fileText(_ range: Range<Int>) -> String { String(decoding: fileBytes[range], as: UTF8.self) }

    /// Plays a turn's responder.
    final class Player {
        let turn: Turn
        let exchange: any Exchange
        private let file: TemporaryFile
        private var left: [Int] = []
        private(set) var bodyCount = 0
        private(set) var ends = 0

        init(_ turn: Turn, _ exchange: any Exchange, _ file: TemporaryFile) {
            (self.turn, self.exchange, self.file) = (turn, exchange, file)
        }

        func start() {
            exchange.onClosed = { [self] in ends += 1 }
            guard turn.readsBody else { return answer() }
            exchange.onBody = { [self] part in
                switch part {
                case .bytes(let bytes):
                    bodyCount += bytes.readableBytes
                    if turn.pauses { exchange.isBodyPaused = true }
                case .end: answer()
                case .failed: Issue.record("the body failed")
                }
            }
        }

        private func answer() {
            switch turn.answer {
            case .whole(let count): exchange.answer(200, turn.text(count))
            case .file(let range):
                exchange.begin(ResponseHead(200, body: .length(Int64(range.count))))
                exchange.send(file.file, Int64(range.lowerBound)..<Int64(range.upperBound))
                exchange.end()
            case .pieces(let sizes): send(sizes, ResponseHead(200, body: .length(Int64(sizes.reduce(0, +)))))
            case .stream(let sizes): send(sizes, ResponseHead(200, body: .streamed))
            }
        }

        private func send(_ sizes: [Int], _ head: ResponseHead) {
            exchange.begin(head)
            left = sizes
            exchange.onDrained = { [self] in goOn() }
            goOn()
        }

        private func goOn() {
            while !left.isEmpty, !exchange.isCongested {
                exchange.send(ByteBuffer(string: turn.text(left.removeFirst())))
            }
            if left.isEmpty { exchange.end() }
        }
    }

    @Test(arguments: 0..<8) func eachRequestGetsItsAnswer(_ part: Int) throws {
        let file = try Self.file.get()
        for seed in 0..<40 {
            try converse(UInt64(part * 1000 + seed), file)
        }
    }

    private func converse(_ seed: UInt64, _ file: TemporaryFile) throws {
        var random = SeededRandom(seed)
        let turns = (0..<Int.random(in: 1...8, using: &random)).map { Turn($0, using: &random) }
        var players: [Player] = []
        var waiting: [Player] = []
        let bench = Bench { head, exchange in
            let player = Player(turns[players.count], exchange, file)
            #expect(head.text(head.path) == player.turn.target)
            players.append(player)
            if player.turn.isLate { waiting.append(player) } else { player.start() }
        }
        bench.stall()
        var rest = Array(turns.map(\.request).joined().utf8)[...]
        var received: [UInt8] = []
        var turnsLeft = 20_000
        while turnsLeft > 0, !rest.isEmpty || players.count < turns.count || players.contains(where: { $0.ends == 0 }) {
            turnsLeft -= 1
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1:
                let pieces = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                    let piece = rest.prefix(Int.random(in: 1...2000, using: &random))
                    rest = rest.dropFirst(piece.count)
                    return ByteBuffer(bytes: piece)
                }
                bench.send(pieces)
            case 2: try bench.take(Int.random(in: 1...100_000, using: &random))
            case 3: if let player = waiting.popLast() { player.start() }
            case 4: players.last?.exchange.isBodyPaused = false
            default: bench.advance(by: .milliseconds(1))
            }
            bench.deliver()
            received += bench.socket.takeReceived()
        }
        try bench.take(.max / 2)
        received += bench.socket.takeReceived()
        #expect(Bench.withoutDates(received) == turns.map(\.expected).joined(), "seed \(seed)")
        #expect(players.allSatisfy { $0.ends == 1 }, "seed \(seed)")
        for player in players where player.turn.readsBody {
            #expect(player.bodyCount == player.turn.bodyCount, "seed \(seed), \(player.turn.target)")
        }
        #expect(!bench.isClosed && !bench.isHalfClosed, "seed \(seed)")
    }
}

extension String {
    fileprivate func prefixed(_ count: Int) -> String { String(decoding: utf8.prefix(count), as: UTF8.self) }
}
