import NIOCore
import Testing

@testable import HomeportTap

/// Windows of the record, and who follows it.
struct TapQueryTests {
    private let store: TapStore

    init() {
        store = TapStore(.init(rows: 1000, bytes: 10 << 20))
        for number in 1...500 {
            var record = TapRecord()
            record.began = 1
            record.ended = UInt64(1 + number * 7919 % 501)
            record.status = number % 2 == 0 ? 200 : 500
            store.add(record, as: nil)
        }
    }

    private func ids(_ filter: String, _ change: (inout TapQuery) -> Void = { _ in }) throws -> (
        ids: [UInt64], next: UInt64?
    ) {
        var query = TapQuery(filter: try TapFilter(parsing: filter))
        query.limit = 3
        change(&query)
        let window = try query.run(on: store)
        return (window.rows.map(\.id), window.next)
    }

    @Test func windowsFollowOneAnother() throws {
        #expect(try ids("") == ([500, 499, 498], 498))
        #expect(try ids("") { $0.from = 498 } == ([497, 496, 495], 495))
        #expect(try ids("") { $0.from = 4 } == ([3, 2, 1], nil))
        #expect(try ids("") { $0.order = .oldest } == ([1, 2, 3], 3))
        #expect(try ids("") { ($0.order, $0.from) = (.oldest, 497) } == ([498, 499, 500], nil))
        #expect(try ids("status=500") { $0.order = .oldest } == ([1, 3, 5], 5))
        #expect(try ids("status=404").ids == [])
        #expect(try ids("") { $0.from = 0 }.ids == [])
        #expect(try ids("") { ($0.order, $0.from) = (.oldest, .max) }.ids == [])
    }

    @Test func theSlowestAreTheSlowestOfAll() throws {
        let all = (1...500).map { (UInt64($0), $0 * 7919 % 501) }.sorted { $0.1 > $1.1 }
        #expect(try ids("") { $0.order = .slowest }.ids == all.prefix(3).map(\.0))
        #expect(try ids("status=200") { $0.order = .slowest }.ids == all.filter { $0.0 % 2 == 0 }.prefix(3).map(\.0))
    }

    @Test func whoFollowsIsToldOfEachChangeOnce() {
        let before = store.newest
        var record = TapRecord()
        record.began = 1
        let id = store.show(record, as: nil)
        _ = store.show(record, as: id)
        var news = store.news(after: before, limit: 100)
        #expect(news.rows.map(\.id) == [id] && news.missed == 0 && news.rows[0].isLive)
        record.ended = 5
        store.add(record, as: id)
        news = store.news(after: news.next, limit: 100)
        #expect(news.rows.map(\.id) == [id] && !news.rows[0].isLive)
        #expect(store.news(after: news.next, limit: 100).rows.isEmpty)
    }

    @Test func whoFollowsTooSlowlyIsToldWhatWasMissed() {
        let before = store.newest
        for _ in 0..<10_000 { store.add(TapRecord(), as: nil) }
        let news = store.news(after: before, limit: 100_000)
        #expect(news.missed == 10_000 - 8192 && news.rows.count == 1000)
        // One from before the project was started anew.
        #expect(store.news(after: .max, limit: 1).next == store.newest - 8192 + 1)
    }

    @Test func aSearchThatIsCancelledEnds() async throws {
        let query = TapQuery(filter: try TapFilter(parsing: "body~x"))
        let store = store
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try query.run(on: store).rows.count
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
