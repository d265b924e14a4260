import HomeportCore
import HomeportHTTP
import HomeportNet
import LiveTestSupport
import NIOCore
import Synchronization
import Testing

@testable import HomeportTap

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A record that is kept in a folder: what is there afterwards, whatever became of it.
@Suite(.timeLimit(.minutes(2))) struct RecordingTests {
    private let folder: TemporaryFolder
    private var path: String { "\(folder.path)/rec" }

    init() throws { folder = try TemporaryFolder() }

    private func record(_ path: String, body: Int = 10, messages: Int = 0) -> TapRecord {
        var record = TapRecord.get(path)
        if messages > 0 {
            record.kind = .tunnel
            record.response.frame(by: .pieces, isHashed: false)
            for number in 0..<messages {
                record.response.append(ByteBuffer(string: "say \(number)"), at: Int64(number))
            }
            var hit = ConditionHit(link: "door -> api", condition: "latency", isUp: true)
            (hit.hits, hit.longest) = (1, 5_000_000)
            record.conditions.add(hit)
        } else {
            record.response.append(ByteBuffer(repeating: UInt8(ascii: "b"), count: body))
        }
        return record
    }

    private func targets(_ store: TapStore) -> [String] {
        var all: [String] = []
        store.forEach(in: store.range) { row in
            all.append(row.target)
            return true
        }
        return all
    }

    private func files(_ kind: RecordingFile.Kind) -> [RecordingFile] {
        RecordingFile.all(in: path).filter { $0.kind == kind }
    }

    @Test func whatWasTakenDownIsThereAgainAndGoesOn() throws {
        for run in 0..<3 {
            let recorder = try Recorder(in: path) { Issue.record("\($0)") }
            let store = TapStore(recorder: recorder)
            for number in 0..<100 { store.add(record("/\(run)/\(number)", messages: number % 3), as: nil) }
            recorder.finish()
            #expect(store.row(UInt64(run * 100 + 1))?.target == "/\(run)/0")
        }
        let opened = try TapStore(opening: path)
        #expect(targets(opened) == (0..<3).flatMap { run in (0..<100).map { "/\(run)/\($0)" } })
        #expect(opened.counters.rows == 300 && opened.range == 1..<301)
        let row = try #require(opened.row(102))
        #expect(row.messages.count == 1 && row.added == 5_000_000 && row.conditions.first?.link == "door -> api")
        #expect(opened.content(of: row.messages[0], in: row).bytes == Array("say 0".utf8))
        let plain = try #require(opened.row(101))
        #expect(opened.body(.response, of: plain).bytes == Array(repeating: UInt8(ascii: "b"), count: 10))
        var query = TapQuery(filter: try TapFilter(parsing: "target~/2/ and body~bbb"))
        query.limit = 1000
        #expect(try query.run(on: opened).rows.count == 34)
    }

    /// What memory has given up is still on disk.
    @Test func aRecordingHasMoreThanTheRecord() throws {
        let recorder = try Recorder(in: path) { Issue.record("\($0)") }
        let store = TapStore(.init(rows: 50, bytes: 2 << 20), recorder: recorder)
        for number in 0..<3000 { store.add(record("/\(number)", body: 2000), as: nil) }
        recorder.finish()
        #expect(store.counters.rows <= 50)
        let opened = try TapStore(opening: path)
        #expect(targets(opened) == (0..<3000).map { "/\($0)" })
        #expect(opened.body(.response, of: try #require(opened.row(1))).isWhole)
    }

    /// What was going on when the process ended has left a gap, which counts nowhere.
    @Test func gapsAreNoExchanges() throws {
        let recorder = try Recorder(in: path) { Issue.record("\($0)") }
        let store = TapStore(recorder: recorder)
        for number in 0..<6 {
            if number % 2 == 0 {
                _ = store.show(record("/lasts"), as: nil)
            } else {
                store.add(record("/\(number)"), as: nil)
            }
        }
        recorder.finish()
        let opened = try TapStore(opening: path)
        #expect(opened.counters.rows == 3 && targets(opened) == ["/1", "/3", "/5"] && opened.row(3) == nil)
        opened.clear()
        #expect(opened.counters.rows == 0)
    }

    /// One bad number spoils neither the others nor those to come; a bad name or head is no file of ours.
    @Test func whatIsFarFromAllOthersIsDamage() throws {
        let recorder = try Recorder(in: path) { Issue.record("\($0)") }
        let store = TapStore(recorder: recorder)
        for number in 0..<9 { store.add(record("/\(number)"), as: nil) }
        recorder.finish()
        let file = try #require(files(.facts).first)
        var bytes = try #require(readFile(file.path))
        for index in 0..<5 { bytes[RecordingFile.headLength + TapLayout.id + index] = 0xFF }
        try writeFile(file.path, bytes)
        #expect(targets(try TapStore(opening: path)) == (1..<9).map { "/\($0)" })
        try folder.write("rec/99999999.facts", "")
        #expect(throws: HomeportError.self) { try Recorder(in: path) { _ in } }
        #expect(unlink("\(path)/99999999.facts") == 0)
        try folder.write("rec/4294967295.facts", "")
        let next = try Recorder(in: path) { Issue.record("\($0)") }
        #expect(next.last.row == 9)
        TapStore(recorder: next).add(record("/9"), as: nil)
        next.finish()
        #expect(targets(try TapStore(opening: path)) == (1..<10).map { "/\($0)" })
    }

    @Test func aFolderThatIsDeletedEndsTheRecording() async throws {
        let said = Mutex<[String]>([])
        let recorder = try Recorder(in: path) { text in said.withLock { $0.append(text) } }
        let store = TapStore(recorder: recorder)
        store.add(record("/a"), as: nil)
        try await eventually { !files(.facts).isEmpty }
        #expect(rename(path, "\(path)-gone") == 0)
        for file in RecordingFile.all(in: "\(path)-gone") { unlink(file.path) }
        unlink("\(path)-gone/lock")
        #expect(rmdir("\(path)-gone") == 0)
        store.add(record("/b"), as: nil)
        try await eventually { said.withLock { $0.count == 1 && $0[0].contains("no longer there") } }
        recorder.finish()
        #expect(store.counters.rows == 2)
    }

    /// Bytes of a segment that another is begun behind are not lost, whenever they are written.
    @Test func bodiesThatFillSegmentsAreAllThere() throws {
        let recorder = try Recorder(in: path) { Issue.record("\($0)") }
        let store = TapStore(.init(rows: 10_000, bytes: 64 << 20), recorder: recorder)
        for number in 0..<400 {
            var one = record("/\(number)", body: 30_000 + number * 37)
            one.request.append(ByteBuffer(repeating: UInt8(ascii: "r"), count: 20_000 + number * 31))
            store.add(one, as: nil)
        }
        recorder.finish()
        let opened = try TapStore(opening: path)
        #expect(opened.counters.rows == 400)
        opened.forEach(in: opened.range) { row in
            #expect(opened.body(.request, of: row).isWhole && opened.body(.response, of: row).isWhole)
            return true
        }
    }

    @Test func itIsWrittenWithoutAnybodyAsking() async throws {
        let recorder = try Recorder(in: path) { Issue.record("\($0)") }
        let store = TapStore(recorder: recorder)
        store.add(record("/a"), as: nil)
        try await eventually { (try? TapStore(opening: path))?.counters.rows == 1 }
        recorder.finish()
    }

    @Test func twoDoNotRecordInOnePlace() throws {
        let recorder = try Recorder(in: path) { _ in }
        let error = #expect(throws: HomeportError.self) { try Recorder(in: path) { _ in } }
        #expect(error?.code == .recordingTaken)
        recorder.finish()
    }

    @Test func nothingIsNoRecording() throws {
        #expect(throws: HomeportError.self) { try TapStore(opening: "\(folder.path)/none") }
        #expect(throws: HomeportError.self) { try TapStore(opening: folder.path) }
        #expect(throws: HomeportError.self) { try Recorder(in: "\(folder.path)/no/such") { _ in } }
    }

    /// Said once; what was recorded stays, and what passes goes on.
    @Test func whatMayGrowNoMoreStopsWithOneWord() async throws {
        let said = Mutex<[String]>([])
        let recorder = try Recorder(in: path, most: 30_000) { text in said.withLock { $0.append(text) } }
        let store = TapStore(.init(rows: 1000, bytes: 4 << 20), recorder: recorder)
        for number in 0..<20 { store.add(record("/\(number)"), as: nil) }
        recorder.finish()
        let next = try Recorder(in: path, most: 30_000) { text in said.withLock { $0.append(text) } }
        let more = TapStore(.init(rows: 1000, bytes: 4 << 20), recorder: next)
        for number in 20..<1000 { more.add(record("/\(number)"), as: nil) }
        next.finish()
        for number in 0..<10 { more.add(record("/\(number)"), as: nil) }
        next.finish()
        try await eventually { said.withLock(\.count) > 0 }
        #expect(said.withLock { $0 }.count == 1 && said.withLock { $0.first?.contains("has stopped") } == true)
        #expect(more.counters.rows == 990)
        #expect(try TapStore(opening: path).counters.rows == 20)
    }

    /// Wherever it was cut, all exchanges before are there, and nothing else is.
    @Test func aCutRecordingIsThereUpToTheCut() throws {
        let recorder = try Recorder(in: path) { _ in }
        let store = TapStore(recorder: recorder)
        for number in 0..<8 { store.add(record("/\(number)", messages: number % 2), as: nil) }
        recorder.finish()
        let file = try #require(files(.facts).first)
        let segment = try #require(file.read())
        let ends = SegmentRows(segment).map { $0 + (SegmentRows.length(in: segment, at: $0) ?? 0) }
        #expect(ends.count == 8)
        for length in stride(from: RecordingFile.headLength + segment.used, through: RecordingFile.headLength, by: -7) {
            #expect(truncate(file.path, off_t(length)) == 0)
            let whole = ends.count { RecordingFile.headLength + $0 <= length }
            guard whole > 0 else {
                #expect(throws: HomeportError.self) { try TapStore(opening: path) }
                continue
            }
            #expect(targets(try TapStore(opening: path)) == (0..<whole).map { "/\($0)" })
        }
    }

    /// Whatever lies there, looking into it ends in an answer.
    @Test func anythingMayLieInARecording() throws {
        let recorder = try Recorder(in: path) { _ in }
        let store = TapStore(recorder: recorder)
        for number in 0..<12 { store.add(record("/\(number)", messages: number % 4), as: nil) }
        recorder.finish()
        let good = try #require(files(.facts).first)
        let whole = try #require(readFile(good.path))
        var generator = Seeded(7)
        let filter = try TapFilter(
            parsing: "path~1 or body~x or condition:latency or trace=1 or messages>1 or added>1s"
        )
        for round in 0..<1500 {
            var bytes = whole
            for _ in 0..<(1 + round % 6) {
                let place = RecordingFile.headLength + Int(generator.next() % UInt64(bytes.count - 32))
                // Lengths and places are what could lead astray: large ones more often than chance has them.
                bytes[place] = round % 2 == 0 ? 0xFF : UInt8(truncatingIfNeeded: generator.next())
            }
            try writeFile(good.path, bytes)
            guard let opened = try? TapStore(opening: path) else { continue }
            var (har, capture) = (HARExport(.secrets), PcapngExport(.secrets))
            opened.forEach(in: opened.range) { row in
                _ = (row.target, row.service, row.error, row.refusal, row.client, row.upstream, row.traceParent)
                _ = (row.times, row.added, filter.matches(row, in: opened), row.messageCount)
                for message in row.messages { _ = opened.content(of: message, in: row) }
                for side in TapSide.allCases { _ = opened.body(side, of: row).sha256 }
                _ = (har.entry(row, in: opened), CurlExport(.secrets).text(row, in: opened))
                if row.length(.response) < 1 << 20, row.length(.request) < 1 << 20 {
                    _ = capture.entry(row, in: opened)
                }
                return true
            }
        }
    }

    private func readFile(_ path: String) -> [UInt8]? { SmallFile.bytes(path, limit: 1 << 20) }

    private func writeFile(_ path: String, _ bytes: [UInt8]) throws {
        let number = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
        let file = Descriptor(owning: number)
        try bytes.withUnsafeBytes { try WholeWrite.bytes($0, to: file.number) }
    }
}
