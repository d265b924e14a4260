package import HomeportCore
package import HomeportNet
import NIOCore
import Synchronization

/// The last exchanges, within bounds. Any thread.
///
/// Facts (numbers and heads) and bodies are written one behind the other into segments, and found by their number in a ring. Where room is
/// wanted, the oldest segment of bodies goes, then the oldest of facts. The lock is held as long as it takes to copy one exchange,
/// or to look one up; who reads has the segment, and needs no lock.
package final class TapStore: Sendable {
    package struct Bounds: Sendable, Equatable {
        package var rows: Int
        /// Of all segments.
        package var bytes: Int

        package init(rows: Int = 100_000, bytes: Int = 256_000_000) { (self.rows, self.bytes) = (rows, bytes) }

        /// Of one segment. Some dozens, so that little goes at once.
        var segment: Int { max(64 << 10, min(1 << 20, bytes / 32)) }
    }

    /// What there is, and what was given up.
    package struct Counters: Sendable, Equatable, Codable {
        /// That could be seen since the beginning.
        package var total: UInt64 = 0
        package var rows: UInt64 = 0
        package var bytes = 0
        package var droppedRows: UInt64 = 0
        package var droppedBodies: UInt64 = 0

        enum CodingKeys: String, CodingKey {
            case total, rows, bytes
            case droppedRows = "dropped_rows"
            case droppedBodies = "dropped_bodies"
        }
    }

    /// Counts exchanges that can be seen, or have changed.
    package let changes = Changes()
    private let state: Mutex<State>
    /// What is to be added to the monotonic clock for the wall's: one pair for all, so that times keep their order.
    private let clock: Int64

    /// - Parameter recorder: Keeps all of it on disk, too.
    package init(_ bounds: Bounds = Bounds(), recorder: Recorder? = nil) {
        var state = State(bounds: bounds, ring: Self.ring(bounds), recorder: recorder)
        if let last = recorder?.last {
            (state.segments, state.oldest, state.next) = (last.segment, last.row + 1, last.row + 1)
            state.first = last.row + 1
        }
        self.state = Mutex(state)
        clock = Self.clockNow
    }

    /// A recording, to be looked into. What is cut or damaged is left out.
    /// - Throws: ``HomeportError`` with code `recording.folder`.
    package init(opening folder: String) throws(HomeportError) {
        let files = RecordingFile.all(in: folder)
        guard !files.isEmpty else {
            throw HomeportError(
                .recordingFolder,
                "there is no recording",
                where: folder,
                fix: "make one with homeport up --record FOLDER"
            )
        }
        var rows: [(id: UInt64, segment: UInt32, offset: UInt32)] = []
        var state = State(bounds: Bounds(rows: 1), ring: [], recorder: nil)
        for file in files {
            var kept = Kept(place: .file(file))
            if file.kind == .facts {
                guard let segment = file.read() else { continue }
                for offset in SegmentRows(segment) {
                    let id = TapRow(segment, at: offset).id
                    rows.append((id, file.number, UInt32(offset)))
                    kept.last = max(kept.last, id)
                }
                state.facts.append(kept)
            } else {
                state.bodies.append(kept)
            }
        }
        guard let ids = SegmentRows.plausible(rows.map(\.id)) else {
            throw HomeportError(.recordingFolder, "the recording has no exchange", where: folder)
        }
        let (first, last) = (ids.lowerBound, ids.upperBound)
        rows.removeAll { !ids.contains($0.id) }
        let count = Int(last - first) + 1
        (state.oldest, state.next, state.first) = (first, last + 1, first)
        state.bounds.rows = count
        state.ring = Array(repeating: (0, 0), count: count)
        state.gaps = UInt64(count - Set(rows.map(\.id)).count)
        for row in rows { state.ring[state.place(row.id)] = (row.segment, row.offset) }
        self.state = Mutex(state)
        clock = Self.clockNow
    }

    private static var clockNow: Int64 { WallClock.now - Int64(NIODeadline.now().uptimeNanoseconds) }

    private static func ring(_ bounds: Bounds) -> [(segment: UInt32, offset: UInt32)] {
        Array(repeating: (0, 0), count: max(1, bounds.rows))
    }

    package var bounds: Bounds { state.withLock { $0.bounds } }

    /// Keeps so much from now on; the newest stay.
    package func change(to bounds: Bounds) {
        state.withLock { state in
            let before = state
            state.bounds = bounds
            state.ring = Self.ring(bounds)
            state.forget(before: state.next - min(state.next - state.oldest, UInt64(state.ring.count)))
            for id in state.oldest..<state.next { state.ring[state.place(id)] = before.ring[before.place(id)] }
            state.makeRoom(for: 0)
        }
        changes.tell()
    }

    package func clear() {
        state.withLock { state in
            state.forget(before: state.next)
            (state.bodies, state.live, state.gaps) = ([], [:], 0)
            state.bytes = state.facts.reduce(0) { $0 + ($1.memory?.capacity ?? 0) }
        }
        changes.tell()
    }

    // MARK: Writing

    /// An exchange has ended.
    /// - Parameter id: Under which it could be seen while it lasted.
    func add(_ record: borrowing TapRecord, as id: UInt64?) {
        state.withLock { state in
            let request = state.keep(record.request)
            let response = state.keep(record.response)
            let number = state.number(of: id)
            if id != nil { state.live[number] = nil }
            let size = record.size
            let (index, segment) = state.room(for: size, .facts)
            let offset = segment.append(size) {
                record.write(to: $0, id: number, clock: clock, isLive: false, bodies: (request, response))
            }
            state.facts[index].last = max(state.facts[index].last, number)
            state.ring[state.place(number)] = (segment.number, UInt32(offset))
            state.tell(number)
            state.count(record)
            state.recorder?.grew()
        }
        changes.tell()
    }

    /// What is known of one that goes on, or that has ended and waits for more to be known.
    /// - Returns: Its number.
    func show(_ record: borrowing TapRecord, as id: UInt64?, isLive: Bool = true) -> UInt64 {
        let bodies = Segment(0, capacity: record.request.kept + record.response.kept + 16)
        let request = bodies.put(record.request)
        let response = bodies.put(record.response)
        let size = record.size
        let facts = Segment(0, capacity: size)
        defer { changes.tell() }
        return state.withLock { state in
            let number = state.number(of: id)
            let offset = facts.append(size) {
                record.write(to: $0, id: number, clock: clock, isLive: isLive, bodies: (request, response))
            }
            state.ring[state.place(number)] = (0, 0)
            state.live[number] = TapRow(facts, at: offset, bodies: bodies)
            // What has ended is told of once.
            if isLive { state.tell(number) }
            return number
        }
    }

    // MARK: Reading

    package var counters: Counters {
        state.withLock { state in
            Counters(
                total: state.next - state.first - state.renumbered,
                rows: state.next - state.oldest - state.gaps,
                bytes: state.bytes,
                droppedRows: state.droppedRows,
                droppedBodies: state.droppedBodies
            )
        }
    }

    package var services: [ServiceCount.Name: ServiceCount] { state.withLock(\.services) }

    /// Numbers of those that are there.
    package var range: Range<UInt64> { state.withLock { $0.oldest..<$0.next } }

    /// What has been added, or has changed, since there were `number` changes; each once, as it is now.
    /// - Returns: At most `limit`, the number to ask with the next time, and how many changes are gone that were not asked for in time.
    package func news(after number: UInt64, limit: Int) -> (rows: [TapRow], next: UInt64, missed: UInt64) {
        state.withLock { state in
            // A number from another life: who asks begins anew.
            let asked = number > state.changes ? 0 : number
            let first = max(asked, state.changes - min(state.changes, UInt64(state.news.count)))
            let last = min(state.changes, first + UInt64(limit))
            let ids = Set((first..<last).map { state.news[Int($0 % UInt64(state.news.count))] })
            return (ids.sorted().compactMap { state.row($0) }, last, first - asked)
        }
    }

    /// How many changes there have been.
    package var newest: UInt64 { state.withLock { $0.changes } }

    package func row(_ id: UInt64) -> TapRow? { state.withLock { $0.row(id) } }

    /// Calls `body` with each, in the order of their numbers or against it, until it returns false. Holds nobody up.
    package func forEach(in range: Range<UInt64>, backward: Bool = false, _ body: (TapRow) -> Bool) {
        var left = range
        while !left.isEmpty {
            let rows = state.withLock { state -> [TapRow] in
                left = left.clamped(to: state.oldest..<state.next)
                let count = min(UInt64(left.count), Self.piece)
                let piece =
                    backward
                    ? left.upperBound - count..<left.upperBound : left.lowerBound..<left.lowerBound + count
                left = backward ? left.lowerBound..<piece.lowerBound : piece.upperBound..<left.upperBound
                return piece.compactMap { state.row($0) }
            }
            for row in backward ? rows.reversed() : rows where !body(row) { return }
        }
    }

    /// How many rows are looked up at once.
    private static let piece: UInt64 = 256

    package func body(_ side: TapSide, of row: TapRow) -> TapBody {
        withBody(side, of: row) { head, tail in
            TapBody(length: row.length(side), head: Array(head), tail: Array(tail), storedHash: row.sha256(side))
        }
    }

    /// Calls `body` with what is kept, as it lies.
    func withBody<Result>(
        _ side: TapSide,
        of row: TapRow,
        _ body: (_ head: UnsafeRawBufferPointer, _ tail: UnsafeRawBufferPointer) -> Result
    ) -> Result {
        let extent = row.extent(side)
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        guard extent.count > 0,
            let segment = row.ownBodies ?? state.withLock({ $0.segment(extent.segment, of: \.bodies) }),
            // Of a recording, it may have been cut.
            Int(extent.offset) + extent.count <= segment.used
        else { return body(nothing, nothing) }
        let bytes = segment.bytes(Int(extent.offset)..<Int(extent.offset) + extent.count)
        return withExtendedLifetime(segment) {
            body(
                UnsafeRawBufferPointer(rebasing: bytes.prefix(Int(extent.head))),
                UnsafeRawBufferPointer(rebasing: bytes.suffix(Int(extent.tail)))
            )
        }
    }
}
