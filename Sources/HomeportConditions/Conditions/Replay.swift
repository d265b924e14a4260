/// What a condition did once, done again: to the same bytes of the same connection.
public struct Replay: StreamCondition, Hashable {
    /// Something that happened, by place.
    public struct Entry: Sendable, Hashable {
        /// Of the first byte, or the datagram's number.
        public var offset: UInt64
        /// Bytes; 0 for the stream's end.
        public var count: UInt64
        public var isEnd: Bool
        public var what: Decision.What

        public init(offset: UInt64, count: UInt64, isEnd: Bool, what: Decision.What) {
            (self.offset, self.count, self.isEnd, self.what) = (offset, count, isEnd, what)
        }
    }

    /// Shared by value between all looks at it, and never changed.
    public final class Script: Sendable {
        /// Delays and discards of bytes, in order; they do not overlap.
        let spans: [Entry]
        /// Of the stream's end, in nanoseconds.
        let endDelay: UInt64
        /// By their bytes, in order; each recorded part has one at most.
        let flips: [Flip]
        let pieces: Set<UInt64>
        /// Where something else holds than before: what is looked at at once lies between two of them.
        let borders: [UInt64]
        let ending: (how: Ending, after: UInt64)?
        let datagrams: [UInt64: [Decision.What]]

        public init(_ entries: [Entry]) {
            var spans: [Entry] = []
            var (flips, pieces, borders) = ([Flip](), Set<UInt64>(), Set<UInt64>())
            var (endDelay, ending) = (UInt64(0), nil as (Ending, UInt64)?)
            var datagrams: [UInt64: [Decision.What]] = [:]
            for entry in entries.sorted(by: { $0.offset < $1.offset }) {
                datagrams[entry.offset, default: []].append(entry.what)
                if !entry.isEnd { borders.formUnion([entry.offset, entry.offset + entry.count]) }
                switch entry.what {
                case .delay(let delay) where entry.isEnd: endDelay = delay
                case .delay, .discard:
                    if entry.offset >= spans.last.map({ $0.offset + $0.count }) ?? 0 { spans.append(entry) }
                case .flip(let offset, let mask): flips.append(Flip(offset: offset, mask: mask))
                case .piece: pieces.insert(entry.offset)
                case .end(let how, let after): ending = (how, after)
                case .twice: break
                }
            }
            (self.spans, self.endDelay, self.pieces) = (spans, endDelay, pieces)
            self.flips = flips.sorted { $0.offset < $1.offset }
            (self.ending, self.datagrams, self.borders) = (ending, datagrams, borders.sorted())
        }

        /// The next border behind a place.
        fileprivate func border(behind offset: UInt64) -> UInt64? {
            let index = borders.partition { $0 <= offset }
            return index < borders.count ? borders[index] : nil
        }

        /// What happened to a byte.
        fileprivate func span(at offset: UInt64) -> Entry? {
            let index = spans.partition { $0.offset + $0.count <= offset }
            return index < spans.count && spans[index].offset <= offset ? spans[index] : nil
        }

        /// The bits of a byte of these that were turned over.
        fileprivate func flip(in bytes: Range<UInt64>) -> Flip? {
            let index = flips.partition { $0.offset < bytes.lowerBound }
            return index < flips.count && bytes.contains(flips[index].offset) ? flips[index] : nil
        }
    }

    public let script: Script

    public init(_ script: Script) { self.script = script }

    mutating func judge(_ segment: Segment, now: Instant, draws: Draws) -> Verdict {
        guard segment.kind == .data else { return .leave(at: segment.entered &+ script.endDelay) }
        if let border = script.border(behind: segment.start), border - segment.start < UInt64(segment.count) {
            return .split(after: Int(border - segment.start))
        }
        switch script.span(at: segment.start)?.what {
        case .delay(let delay): return .leave(at: segment.entered &+ delay)
        case .discard: return .discard
        case .flip, .piece, .twice, .end, nil: return .leave(at: segment.entered)
        }
    }

    func flips(in segment: Segment) -> Flip? {
        script.flip(in: segment.start..<segment.start + UInt64(segment.count))
    }

    func ending(in stay: Stay) -> (at: Instant, how: Ending)? {
        script.ending.map { (stay.opened &+ $0.after, $0.how) }
    }

    func makesPiece(_ segment: Segment) -> Bool { script.pieces.contains(segment.start) }

    public static func == (a: Replay, b: Replay) -> Bool { a.script === b.script }
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(script)) }
}

extension Replay: DatagramCondition {
    mutating func judge(_ datagram: Datagram, draws: Draws) -> Fate {
        for what in script.datagrams[datagram.number] ?? [] {
            switch what {
            case .delay(let delay): return .leave(at: datagram.entered &+ delay)
            case .discard: return .drop
            case .twice: return .twice
            case .flip(let offset, let mask): return .flipped(Flip(offset: offset, mask: mask))
            case .piece, .end: break
            }
        }
        return .leave(at: datagram.entered)
    }
}
