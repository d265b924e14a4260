import HomeportHTTP
import HomeportNet
import NIOCore
import Testing

@testable import HomeportTap

/// Two runs beside each other: what is only in one, what is answered otherwise, and what takes longer.
struct RecordingDiffTests {
    private func store(_ asked: [(path: String, status: Int, body: String, milliseconds: UInt64)]) -> TapStore {
        let store = TapStore()
        for (index, one) in asked.enumerated() {
            var record = TapRecord()
            let request = "GET \(one.path)?q=\(index) HTTP/1.1\r\nHost: x\r\n\r\n"
            record.heads = Array(
                (request + "HTTP/1.1 \(one.status) X\r\nContent-Type: application/json\r\nDate: \(index)\r\n\r\n").utf8
            )
            record.requestHead = request.utf8.count
            record.method = 0..<3
            record.path = 4..<4 + one.path.utf8.count
            record.target = 4..<4 + one.path.utf8.count + 3
            record.status = one.status
            record.began = UInt64(index + 1) * 1_000_000_000
            record.ended = record.began + one.milliseconds * 1_000_000
            record.response.append(ByteBuffer(string: one.body))
            store.add(record, as: nil)
        }
        return store
    }

    @Test func whatIsTheSameIsNothing() throws {
        let asked = [("/a", 200, "{\"n\":1}", UInt64(10)), ("/b", 404, "", 3)]
        let diff = try RecordingDiff(store(asked), store(asked.reversed()))
        #expect(diff.changes.isEmpty && diff.compared == 2)
    }

    @Test func aFilterIsOfBothAndWhatDoesNotCountIsNoChange() throws {
        let before = store([("/a", 200, "{\"n\":1,\"t\":1}", 5), ("/b", 200, "", 5)])
        let after = store([("/a", 200, "{\"n\":1,\"t\":2}", 5)])
        let filtered = try RecordingDiff(before, after, TapFilter(parsing: "path=/a"))
        #expect(filtered.compared == 1 && filtered.changes.map(\.kind) == [.changed])
        let diff = try RecordingDiff(before, after, ignoring: DifferencePlaces(["body $.t"]))
        #expect(diff.compared == 2 && diff.changes.map(\.path) == ["/b"])
    }

    @Test func newGoneChangedSlowerAndFasterAreTold() throws {
        let before = store([
            ("/gone", 200, "", 1), ("/gone", 200, "", 1), ("/status", 200, "{}", 5),
            ("/body", 200, "{\"n\":1,\"s\":2}", 5),
            ("/slow", 200, "", 10), ("/slow", 200, "", 12), ("/slow", 200, "", 11), ("/fast", 200, "", 90),
            ("/noise", 200, "", 1), ("/same", 200, "x", 20),
        ])
        let after = store([
            ("/status", 500, "{}", 5), ("/body", 200, "{\"s\":2,\"n\":7}", 5), ("/slow", 200, "", 80),
            ("/slow", 200, "", 11),
            ("/slow", 200, "", 70), ("/fast", 200, "", 9), ("/new", 201, "", 1), ("/noise", 200, "", 4),
            ("/same", 200, "x", 25),
        ])
        let diff = try RecordingDiff(before, after)
        #expect(
            diff.changes.map { "\($0.kind) \($0.path)" } == [
                "new /new", "gone /gone", "changed /body", "changed /status", "slower /slow", "faster /fast",
            ]
        )
        #expect(diff.changes[1].before == 2 && diff.changes[1].after == 0)
        #expect(diff.changes[2].changes == [.init(place: "body $.n", before: "1", after: "7")])
        #expect(diff.changes[3].changes?.first == .init(place: "line", before: "200", after: "500"))
        #expect((diff.changes[4].tookBefore, diff.changes[4].tookAfter) == (11, 70))
    }
}
