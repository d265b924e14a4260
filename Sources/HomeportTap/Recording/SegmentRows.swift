/// Where the rows of a segment of facts begin, as far as they are sound: what comes from a disk may be cut, or anything.
struct SegmentRows: Sequence, IteratorProtocol {
    private let segment: Segment
    private var offset = 0

    init(_ segment: Segment) { self.segment = segment }

    mutating func next() -> Int? {
        guard let total = Self.length(in: segment, at: offset) else { return nil }
        defer { offset += (total + 7) & ~7 }
        return offset
    }

    /// Of the row that begins there; nil where none does that is sound.
    static func length(in segment: Segment, at offset: Int) -> Int? {
        guard segment.used - offset >= TapLayout.size else { return nil }
        let total = Int(segment.bytes(offset..<offset + 4).number(at: 0) as UInt32)
        guard total >= TapLayout.size, total <= segment.used - offset,
            TapLayout.isSound(segment.bytes(offset..<offset + total))
        else { return nil }
        return total
    }
}

extension SegmentRows {
    /// Numbers follow each other, but for those of what was going on when a recording ended: what lies far from all others is damage.
    /// - Returns: Nil of none.
    static func plausible(_ ids: [UInt64]) -> ClosedRange<UInt64>? {
        guard !ids.isEmpty else { return nil }
        let sorted = ids.sorted()
        let middle = sorted[sorted.count / 2]
        let reach = UInt64(sorted.count) * 16 + 1 << 20
        let near = sorted.filter { $0 >= middle - Swift.min(middle, reach) && $0 <= middle + reach }
        guard let first = near.first, let last = near.last else { return nil }
        return first...last
    }
}

extension TapLayout {
    /// Of an exchange: more have never been.
    static let mostID: UInt64 = 1 << 48

    /// Bytes, or nanoseconds, that nothing has: sums of such numbers are still numbers.
    static let most: Int64 = 1 << 60

    /// Whether all that a row says of itself lies within it.
    static func isSound(_ row: UnsafeRawBufferPointer) -> Bool {
        func long(_ place: Int) -> Int { Int(row.number(at: place) as UInt32) }
        func short(_ place: Int) -> Int { Int(row.number(at: place) as UInt16) }
        func isWithin(_ place: Int, _ limit: Int) -> Bool { long(place) + long(place + 4) <= limit }
        let (heads, request) = (long(Self.heads), long(requestHead))
        let behind =
            words.reduce(0) { $0 + short($1) } + 32 * short(hashes) + short(conditions)
            + long(requestMessages) + long(responseMessages)
        let flags = Flags(rawValue: row[Self.flags])
        let needed = (flags.contains(.requestHash) ? 1 : 0) + (flags.contains(.responseHash) ? 1 : 0)
        let lengths = [bodies, bodies + bodySize].map { row.number(at: $0) as Int64 }
        let streams = [requestMessages, responseMessages].map(long)
        // Where the marks of messages begin.
        let marks = size + heads + behind - streams[0] - streams[1]
        let moments = (0..<6).map { row.number(at: times + 8 * $0) as Int64 }
        return row[version] == current && (1...mostID).contains(row.number(at: id) as UInt64)
            && size + heads + behind <= row.count
            && request + long(sentHead) + long(receivedHead) <= heads && long(method) <= request
            && isWithin(target, request) && isWithin(authority, request) && isWithin(path, request)
            && short(hashes) >= needed && lengths.allSatisfy { (0..<most).contains($0) }
            && (0..<4 * most).contains(row.number(at: began) as Int64)
            && moments.allSatisfy { (-1..<most).contains($0) }
            && MessageLog.isSound(row, at: marks, streams[0])
            && MessageLog.isSound(row, at: marks + streams[0], streams[1])
            && [bodies, bodies + bodySize].allSatisfy { long($0 + 16) + long($0 + 20) <= RecordingFile.mostBytes }
    }
}
