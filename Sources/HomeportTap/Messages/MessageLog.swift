/// Where the messages of a stream begin, and when each came: of the first of them, and of the last. Their bytes are the stream's.
struct MessageLog {
    struct Mark: Equatable {
        /// Of its first byte in the stream.
        var offset: Int64
        /// When that came: nanoseconds since the exchange began.
        var time: Int64
    }

    /// Of each run.
    static let most = 512

    private(set) var count: UInt64 = 0
    private(set) var first: [Mark] = []
    /// Where the last of ``first`` ends, once another one has come behind them.
    private(set) var firstEnd: Int64 = 0
    private var ring: [Mark] = []
    private var framer: MessageFramer

    init(_ framer: MessageFramer) { self.framer = framer }

    /// Those of the end, in order.
    var last: [Mark] {
        guard ring.count == Self.most else { return ring }
        let start = Int((count - UInt64(Self.most)) % UInt64(Self.most))
        return Array(ring[start...] + ring[..<start])
    }

    /// - Parameter offset: Of the first of the bytes in the stream.
    mutating func take(_ bytes: UnsafeRawBufferPointer, at offset: Int64, time: Int64) {
        var framer = framer
        framer.forEachStart(in: bytes, at: offset) { note(Mark(offset: $0, time: time)) }
        self.framer = framer
    }

    private mutating func note(_ mark: Mark) {
        defer { count += 1 }
        guard first.count == Self.most else { return first.append(mark) }
        if count == UInt64(Self.most) { firstEnd = mark.offset }
        if ring.count < Self.most {
            ring.append(mark)
        } else {
            ring[Int(count % UInt64(Self.most))] = mark
        }
    }
}
