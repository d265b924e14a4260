import HomeportHTTP
import HomeportNet
import NIOCore
import Testing

@testable import HomeportTap

/// The store alone: what it keeps, what it gives up, and in which order.
struct TapStoreTests {
    private func record(_ path: String, body: Int = 0, began: UInt64 = 1) -> TapRecord {
        var record = TapRecord.get(path, began: began)
        if body > 0 { record.response.append(ByteBuffer(repeating: UInt8(ascii: "b"), count: body)) }
        return record
    }

    /// One that could be seen, was given up for newer ones, and ends after that, has a second number, and is counted once.
    @Test func whatIsSeenUnderTwoNumbersIsOne() {
        let store = TapStore(.init(rows: 4, bytes: 1 << 20))
        let lasting = store.show(record("/lasts"), as: nil)
        for number in 0..<6 { store.add(record("/\(number)"), as: nil) }
        #expect(store.row(lasting) == nil)
        store.add(record("/lasts"), as: lasting)
        let counters = store.counters
        #expect(paths(store).last == "/lasts" && counters.total == 7 && counters.rows == 4 && counters.droppedRows == 3)
    }

    private func paths(_ store: TapStore, backward: Bool = false) -> [String] {
        var all: [String] = []
        store.forEach(in: store.range, backward: backward) { row in
            all.append(row.path)
            return true
        }
        return all
    }

    @Test func whatIsKeptIsWhatWasTakenDown() throws {
        let store = TapStore()
        var taken = record("/a?b", body: 10)
        taken.client = Peer(
            local: try SocketAddress(ipAddress: "::1", port: 62893),
            remote: try SocketAddress(ipAddress: "::1", port: 50000)
        )
        taken.upstream = Peer(
            local: try SocketAddress(ipAddress: "127.0.0.1", port: 50001),
            remote: try SocketAddress(ipAddress: "127.0.0.1", port: 3000)
        )
        (taken.isReused, taken.refusal, taken.error) = (true, "proxy.no-answer", "ended")
        store.add(taken, as: nil)
        let row = try #require(store.row(1))
        #expect((row.id, row.status, row.service, row.method, row.target) == (1, 200, "api", "GET", "/a?b"))
        #expect(row.isComplete && row.isReused && !row.isLive)
        #expect((row.refusal, row.error) == ("proxy.no-answer", "ended"))
        #expect((row.client?.text, row.local?.text) == ("[::1]:50000", "[::1]:62893"))
        #expect((row.upstreamLocal?.text, row.upstream?.text) == ("127.0.0.1:50001", "127.0.0.1:3000"))
        #expect(row.times.headed == 5 && row.took == 9 && row.times.asked == nil)
        #expect(String(decoding: row.responseHead, as: UTF8.self) == "HTTP/1.1 200 OK\r\n\r\n")
        let body = store.body(.response, of: row)
        #expect(body.bytes == Array(repeating: UInt8(ascii: "b"), count: 10) && body.isWhole)
        // sha256sum says so, too.
        #expect(body.sha256 == "6d2fe32dc4249ef7e7359c6d874fffbbf335e832e49a2681236e1b686af78794")
        #expect(store.body(.request, of: row).isWhole)
    }

    @Test func theOldestRowsGoFirst() {
        let store = TapStore(.init(rows: 3, bytes: 10 << 20))
        for number in 1...5 { store.add(record("/\(number)"), as: nil) }
        #expect(paths(store) == ["/3", "/4", "/5"])
        #expect(paths(store, backward: true) == ["/5", "/4", "/3"])
        #expect(store.counters.droppedRows == 2 && store.counters.total == 5 && store.counters.rows == 3)
        #expect(store.row(2) == nil && store.row(6) == nil)
    }

    @Test func theOldestBodiesGoBeforeAnyRow() throws {
        let store = TapStore(.init(rows: 1000, bytes: 1 << 20))
        for number in 1...100 { store.add(record("/\(number)", body: 20_000), as: nil) }
        #expect(paths(store).count == 100)
        let counters = store.counters
        #expect(counters.bytes <= 1 << 20 && counters.droppedBodies > 40 && counters.droppedRows == 0)
        let first = try #require(store.row(1))
        let body = store.body(.response, of: first)
        #expect(body.length == 20_000 && !body.isWhole && body.bytes.isEmpty && body.sha256 == nil)
        let last = try #require(store.row(100))
        #expect(store.body(.response, of: last).isWhole)
    }

    @Test func rowsGoWhereTheyAloneAreTooMuch() {
        let store = TapStore(.init(rows: 100_000, bytes: 256 << 10))
        for number in 1...5_000 { store.add(record("/\(number)"), as: nil) }
        let counters = store.counters
        #expect(counters.bytes <= 256 << 10 && counters.rows > 100 && counters.rows + counters.droppedRows == 5_000)
        #expect(paths(store).count == Int(counters.rows) && paths(store).last == "/5000")
    }

    @Test func aRowThatSomebodyReadsStaysAsItWas() throws {
        let store = TapStore(.init(rows: 10, bytes: 256 << 10))
        store.add(record("/first"), as: nil)
        let row = try #require(store.row(1))
        for number in 1...5_000 { store.add(record("/\(number)", body: 1000), as: nil) }
        #expect(store.row(1) == nil)
        #expect(row.path == "/first" && row.method == "GET")
    }

    @Test func headAndTailOfALargeBodyAreKeptWithItsLengthAndHash() throws {
        let store = TapStore()
        var record = record("/")
        var expected: [UInt8] = []
        for piece in 0..<30 {
            let bytes = [UInt8](repeating: UInt8(piece), count: 100_000)
            expected += bytes
            record.response.append(ByteBuffer(bytes: bytes))
        }
        store.add(record, as: nil)
        let body = store.body(.response, of: try #require(store.row(1)))
        #expect(body.length == 3_000_000 && !body.isWhole)
        #expect(body.head == Array(expected.prefix(KeptBody.mostHead)))
        #expect(body.tail == Array(expected.suffix(KeptBody.mostTail)))
        #expect(body.sha256 == TapBody(length: 3_000_000, head: expected).sha256)
    }

    @Test func anExchangeThatLastsKeepsItsNumber() throws {
        let store = TapStore()
        var long = record("/long", body: 10)
        long.ended = 0
        let id = store.show(long, as: nil)
        store.add(record("/short"), as: nil)
        #expect(try #require(store.row(id)).isLive && store.row(id)?.took == nil)
        #expect(store.body(.response, of: try #require(store.row(id))).isWhole)
        long.response.append(ByteBuffer(string: "more"))
        #expect(store.show(long, as: id) == id)
        #expect(store.row(id)?.length(.response) == 14)
        long.ended = 20
        store.add(long, as: id)
        #expect(paths(store) == ["/long", "/short"])
        #expect(try #require(store.row(id)).isLive == false && store.row(id)?.took == 19)
    }

    @Test func oneThatOutlivesItsPlaceIsNotLost() {
        let store = TapStore(.init(rows: 2, bytes: 10 << 20))
        let id = store.show(record("/long"), as: nil)
        for number in 1...3 { store.add(record("/\(number)"), as: nil) }
        #expect(store.row(id) == nil)
        store.add(record("/long"), as: id)
        #expect(paths(store) == ["/3", "/long"])
    }

    @Test func boundsChangeWhileItRuns() {
        let store = TapStore(.init(rows: 100, bytes: 10 << 20))
        for number in 1...50 { store.add(record("/\(number)"), as: nil) }
        store.change(to: .init(rows: 3, bytes: 10 << 20))
        #expect(paths(store) == ["/48", "/49", "/50"])
        store.change(to: .init(rows: 100, bytes: 10 << 20))
        store.add(record("/51"), as: nil)
        #expect(paths(store) == ["/48", "/49", "/50", "/51"])
        store.clear()
        #expect(paths(store) == [] && store.counters.rows == 0)
    }
}
