import HomeportHTTP
import LiveTestSupport
import NIOCore
import NIOEmbedded
import Testing

@testable import HomeportNet
@testable import HomeportTap

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What is taken down of a connection through a link, whose bytes come in any pieces.
struct TappedConnectionTests {
    private final class Source: ConditionSource {
        var upstream: Peer?
        var hits = ConditionHits()

        func takeHits(into hits: inout ConditionHits) {
            for hit in self.hits.all { hits.add(hit) }
            self.hits.removeAll()
        }
    }

    private let store = TapStore()
    private let source = Source()
    private let loop = EmbeddedEventLoop()
    private let connection: TappedConnection

    init() {
        connection = Self.connection(loop, store, source)
    }

    private static func connection(
        _ loop: EmbeddedEventLoop,
        _ store: TapStore,
        _ source: Source,
        isDatagram: Bool = false
    ) -> TappedConnection {
        let peer = Peer(local: nil, remote: nil)
        return TappedConnection("db", peer, isDatagram: isDatagram, among: TappedExchanges(loop, store), source)
    }

    private func rows(_ store: TapStore? = nil) -> [TapRow] {
        var all: [TapRow] = []
        let store = store ?? self.store
        store.forEach(in: store.range) { row in
            all.append(row)
            return true
        }
        return all
    }

    private static let asked =
        "GET /a HTTP/1.1\r\nHost: x\r\n\r\nPOST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
        + "HEAD /c HTTP/1.1\r\nHost: x\r\n\r\n"
    private static let answered =
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        + "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nxyz\r\n0\r\n\r\n"
        + "HTTP/1.1 404 Not Found\r\nContent-Length: 99\r\n\r\n"

    @Test func whatHasEndedIsSeenAtOnceAndToldOfWhenItsProcessIsKnown() throws {
        let peer = Peer(local: nil, remote: nil)
        #expect(peer.process.seek())
        let all = TappedExchanges(loop, store)
        let connection = TappedConnection("db", peer, isDatagram: false, among: all, source)
        connection.came(ByteBuffer(string: "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n"))
        connection.went(ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
        connection.went(ByteBuffer(string: "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"))
        #expect(rows().map(\.target) == ["/1", "/2"])
        #expect(rows().allSatisfy { !$0.isLive && $0.process == nil })
        #expect(store.body(.response, of: try #require(rows().first)).bytes == Array("ok".utf8))
        #expect(store.news(after: 0, limit: 9).rows.isEmpty)
        #expect(store.services.isEmpty)
        // What lasts is shown meanwhile, and nothing of what has ended changes.
        loop.advanceTime(by: .seconds(1))
        #expect(rows().map(\.status) == [200, 201])

        peer.process.found(RunningProcess(pid: 812, command: "curl", uid: 0))
        loop.run()
        #expect(rows().map(\.target) == ["/1", "/2"])
        #expect(rows().allSatisfy { $0.process == TapProcess(pid: 812, command: "curl") })
        #expect(store.body(.response, of: try #require(rows().first)).bytes == Array("ok".utf8))
        #expect(store.news(after: 0, limit: 9).rows.map(\.id) == [1, 2])
        #expect(store.counters.total == 2)
        #expect(all.held == 0 && all.waiting == 0)
        // Later ones wait for nothing.
        connection.came(ByteBuffer(string: "GET /3 HTTP/1.1\r\nHost: x\r\n\r\n"))
        connection.went(ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
        #expect(rows().last?.process?.pid == 812)
    }

    @Test func noMoreWaitThanThereIsRoomFor() {
        let peer = Peer(local: nil, remote: nil)
        #expect(peer.process.seek())
        let all = TappedExchanges(loop, store)
        let connection = TappedConnection("db", peer, isDatagram: false, among: all, source)
        for _ in 0..<500 {
            connection.came(ByteBuffer(string: "GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
            connection.went(ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
        }
        #expect(all.waiting == TappedExchanges.mostWaiting)
        #expect(rows().count == 500)
        peer.process.found(nil)
        loop.run()
        #expect(all.waiting == 0)
        #expect(rows().map(\.id) == Array(1...500))
        #expect(store.counters.total == 500)
    }

    @Test(arguments: [1, 2, 3, 5, 17, 64, 4096]) func exchangesAreTakenDownHoweverTheyAreCut(size: Int) {
        let (store, loop) = (TapStore(), EmbeddedEventLoop())
        let connection = Self.connection(loop, store, source)
        for (text, isUp) in [(Self.asked, true), (Self.answered, false)] {
            let bytes = Array(text.utf8)
            for start in stride(from: 0, to: bytes.count, by: size) {
                let piece = ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)])
                if isUp { connection.came(piece) } else { connection.went(piece) }
            }
        }
        connection.ended(isBroken: false)
        let rows = rows(store)
        #expect(rows.map(\.method) == ["GET", "POST", "HEAD"] && rows.map(\.status) == [200, 201, 404])
        #expect(rows.map(\.target) == ["/a", "/b", "/c"] && rows.allSatisfy { $0.isComplete && $0.service == "db" })
        #expect(rows.allSatisfy { $0.kind == .http && $0.messageCount == 0 })
        guard rows.count == 3 else { return }
        #expect(store.body(.request, of: rows[1]).bytes == Array("abc".utf8))
        #expect(store.body(.response, of: rows[0]).bytes == Array("ok".utf8))
        #expect(store.body(.response, of: rows[1]).bytes == Array("xyz".utf8))
    }

    @Test func whatIsNoHTTPIsOneConnectionWithItsPieces() throws {
        connection.came(ByteBuffer(string: "PING\r\n"))
        connection.went(ByteBuffer(string: "+PONG\r\n"))
        connection.came(ByteBuffer(bytes: [0, 1, 2]))
        connection.ended(isBroken: false)
        let row = try #require(rows().first)
        #expect(rows().count == 1 && row.kind == .tcp && row.isComplete && row.status == 0)
        let said = row.messages.map { ($0.side == .request ? "↑" : "↓") + "\($0.range)" }
        #expect(said.sorted() == ["↑0..<6", "↑6..<9", "↓0..<7"])
        #expect(row.messages.map { store.bytes(of: $0, in: row) }.contains(Array("+PONG\r\n".utf8)))
    }

    @Test func aServerThatSpeaksFirstIsNoHTTP() throws {
        connection.went(ByteBuffer(string: "220 ready\r\n"))
        connection.came(ByteBuffer(string: "EHLO x\r\n"))
        connection.ended(isBroken: true)
        let row = try #require(rows().first)
        #expect(rows().count == 1 && row.kind == .tcp && !row.isComplete)
        #expect(row.length(.request) == 8 && row.length(.response) == 11)
    }

    /// What was HTTP up to there is taken down as that, and the rest as bytes; none is lost.
    @Test func whatStopsBeingHTTPGoesOnAsBytes() {
        connection.came(ByteBuffer(string: "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"))
        connection.went(ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
        connection.came(ByteBuffer(string: "G\u{0}T nonsense"))
        connection.went(ByteBuffer(string: "what?"))
        connection.ended(isBroken: false)
        #expect(rows().map(\.kind) == [.http, .tcp])
        #expect(rows().last?.length(.request) == 12 && rows().last?.length(.response) == 5)
    }

    @Test func anAnswerThatMakesNoSenseIsSaid() throws {
        connection.came(ByteBuffer(string: "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"))
        connection.went(ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"))
        connection.ended(isBroken: false)
        let row = try #require(rows().first)
        #expect(!row.isComplete && row.error?.contains("makes no sense") == true)
    }

    @Test func whatIsCutOffIsNotComplete() {
        connection.came(ByteBuffer(string: "GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n"))
        connection.went(ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhal"))
        connection.ended(isBroken: true)
        #expect(rows().map(\.status) == [200, 0] && rows().allSatisfy { !$0.isComplete })
    }

    @Test func anAnswerUpToTheEndIsCompleteWithAnOrderlyEnd() {
        connection.came(ByteBuffer(string: "GET /a HTTP/1.0\r\n\r\n"))
        connection.went(ByteBuffer(string: "HTTP/1.0 200 OK\r\n\r\nall of it"))
        connection.ended(isBroken: false)
        #expect(rows().map(\.isComplete) == [true] && rows()[0].length(.response) == 9)
    }

    @Test func aWebSocketHasItsFrames() throws {
        connection.came(
            ByteBuffer(
                string: "GET /chat HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
            )
        )
        connection.went(
            ByteBuffer(
                bytes: Array("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n".utf8)
                    + [0x81, 0x02, 0x68, 0x69]
            )
        )
        connection.came(ByteBuffer(bytes: [0x88, 0x80, 1, 2, 3, 4]))
        connection.ended(isBroken: false)
        let row = try #require(rows().first)
        #expect(rows().count == 1 && row.kind == .webSocket && row.status == 101 && row.isComplete)
        let contents = row.messages.map { store.content(of: $0, in: row) }
        #expect(Set(contents.map(\.kind)) == ["text", "close"])
        #expect(contents.first { $0.kind == "text" }?.bytes == Array("hi".utf8))
    }

    @Test func eventsAreTold() throws {
        connection.came(ByteBuffer(string: "GET /e HTTP/1.1\r\nHost: x\r\n\r\n"))
        connection.went(ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"))
        connection.went(ByteBuffer(string: "id: 7\nevent: tick\ndata: 1\n"))
        connection.went(ByteBuffer(string: "\ndata: 2\n\n"))
        connection.ended(isBroken: false)
        let row = try #require(rows().first)
        #expect(row.kind == .events && row.messageCount == 2)
        let first = store.content(of: try #require(row.messages.first), in: row)
        #expect(first.id == "7" && first.event == "tick" && first.kind == "event")
    }

    @Test func datagramsStayApart() throws {
        let connection = Self.connection(loop, store, source, isDatagram: true)
        connection.came(ByteBuffer(string: "GET / HTTP/1.1\r\n\r\n"))
        connection.came(ByteBuffer(string: ""))
        connection.went(ByteBuffer(string: "b"))
        connection.ended(isBroken: false)
        let row = try #require(rows().first)
        #expect(row.kind == .udp && row.length(.request) == 18)
        #expect(row.messages.map { store.content(of: $0, in: row).kind } == ["datagram", "datagram", "datagram"])
    }

    /// What never became a request was there all the same.
    @Test(arguments: [true, false]) func aHeadThatIsNeverWholeIsBytes(isBroken: Bool) throws {
        connection.came(ByteBuffer(string: "GET / HT"))
        connection.ended(isBroken: isBroken)
        let row = try #require(rows().first)
        #expect(rows().count == 1 && row.kind == .tcp && row.length(.request) == 8 && row.isComplete == !isBroken)
    }

    @Test func whatFindsNobodyIsSaid() throws {
        connection.came(ByteBuffer(string: "GET / HT"))
        connection.failed(IOError(errnoCode: ECONNREFUSED, reason: "connect"))
        connection.ended(isBroken: true)
        #expect(rows().count == 1 && rows()[0].error?.contains("refused") == true)
    }

    /// The service is not blamed for what its client sent.
    @Test func aRequestThatMakesNoSenseIsNoFaultOfTheOneBefore() throws {
        connection.came(
            ByteBuffer(string: "GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n")
        )
        connection.went(ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
        connection.came(ByteBuffer(string: "GET /c HTTP/1.1\r\nHost: x\r\n\r\n"))
        connection.ended(isBroken: false)
        #expect(rows().map(\.kind) == [.http, .tcp] && rows().allSatisfy { $0.error == nil })
    }

    /// A flow of datagrams lives on when one of them found nobody.
    @Test func aFlowThatFoundNobodyOnceGoesOn() throws {
        let connection = Self.connection(loop, store, source, isDatagram: true)
        connection.came(ByteBuffer(string: "a"))
        connection.failed(IOError(errnoCode: ECONNREFUSED, reason: "recv"))
        connection.connected(Peer(local: nil, remote: nil))
        var hit = ConditionHit(link: "db", condition: "loss", isUp: true)
        hit.hits = 1
        source.hits.add(hit)
        connection.ended(isBroken: false)
        let row = try #require(rows().first)
        #expect(row.error == nil && row.conditions.map(\.condition) == ["loss"] && row.isOfLink)
    }

    /// Who sends ahead more than anybody answers fills nothing.
    @Test func thousandsThatWaitAreBytes() {
        let store = TapStore()
        let all = TappedExchanges(loop, store)
        let connection = TappedConnection("db", Peer(local: nil, remote: nil), isDatagram: false, among: all, source)
        let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        for _ in 0..<100 { connection.came(ByteBuffer(string: String(repeating: request, count: 100))) }
        connection.ended(isBroken: true)
        #expect(rows(store).count { $0.kind == .http } == 256)
        #expect(rows(store).last?.kind == .tcp && rows(store).count == 257)
        #expect(rows(store).last?.length(.request) == Int64((10_000 - 256) * request.utf8.count))
    }

    /// What a body gives up while it lasts is room for others again.
    @Test func whatIsGivenUpIsRoomAgain() throws {
        let folder = try TemporaryFolder()
        try folder.write("file", [UInt8](repeating: 7, count: 100_000))
        let descriptor = open("\(folder.path)/file", O_RDONLY)
        let file = OpenFile(owning: descriptor)
        let all = TappedExchanges(loop, store)
        let exchange = all.begin(.tcp, Peer(local: nil, remote: nil), at: 1)
        for _ in 0..<3 {
            exchange.answered(file, 0..<100_000)
            exchange.answered(ByteBuffer(repeating: 1, count: 5_000))
        }
        #expect(all.held == (16 << 10) + 5_000)
        exchange.ended(status: 0, bytes: 0, complete: true, refusal: nil)
        #expect(all.held == 0 && rows().first?.length(.response) == 315_000)
    }

    /// What goes on has its share, and each its beginning; nothing of their lengths is lost.
    @Test func manyThatGoOnAreBounded() {
        let store = TapStore(.init(rows: 1000, bytes: 4 << 20))
        let all = TappedExchanges(loop, store)
        let connections = (0..<50).map { _ in
            TappedConnection("db", Peer(local: nil, remote: nil), isDatagram: false, among: all, source)
        }
        for connection in connections {
            for _ in 0..<20 { connection.went(ByteBuffer(repeating: 7, count: 100_000)) }
        }
        #expect(all.held <= 4 << 16 + 50 * (16 << 10) + 1 << 20)
        for connection in connections { connection.ended(isBroken: false) }
        #expect(all.held == 0 && rows(store).allSatisfy { $0.length(.response) == 2_000_000 })
        #expect(rows(store).allSatisfy { store.body(.response, of: $0).head.count >= 16 << 10 })
    }

    @Test func whatConditionsDoIsTheExchangesWhileItLasts() throws {
        func hit(_ nanoseconds: UInt64) {
            var hit = ConditionHit(link: "db", condition: "latency", isUp: false)
            (hit.hits, hit.longest) = (1, nanoseconds)
            source.hits.add(hit)
        }
        hit(1)
        connection.came(ByteBuffer(string: "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"))
        hit(5_000_000)
        connection.went(ByteBuffer(string: "HTTP/1.1 204 No Content\r\n\r\n"))
        connection.came(ByteBuffer(string: "GET /b HTTP/1.1\r\nHost: x\r\n\r\n"))
        connection.went(ByteBuffer(string: "HTTP/1.1 204 No Content\r\n\r\n"))
        connection.ended(isBroken: false)
        let rows = rows()
        #expect(rows.map(\.added) == [5_000_000, 0])
        let filter = try TapFilter(parsing: "condition:latency and added>=5ms and is:hit and service=db")
        #expect(rows.map { filter.matches($0, in: store) } == [true, false])
        #expect(try TapFilter(parsing: "condition:db/latency").matches(rows[0], in: store))
        #expect(try !TapFilter(parsing: "condition:rate").matches(rows[0], in: store))
    }
}
