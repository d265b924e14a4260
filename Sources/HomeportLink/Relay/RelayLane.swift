import HomeportConditions
import NIOCore

/// One direction of a relayed connection: what waits, and what its conditions say of it.
struct RelayLane {
    var path: StreamPath
    private var bytes = CircularBuffer<ByteBuffer>()
    /// Where in the stream the first waiting byte stands.
    private var offset: UInt64 = 0
    /// What the path asks for; kept between calls, so that it allocates nothing.
    var actions: [StreamPath.Action] = []
    /// How many bytes may wait.
    private var limit = 0
    /// Whether conditions bound what may wait.
    private(set) var isBounded = false
    /// The most that is read at once.
    private(set) var readSize = 0
    /// Its end was passed on.
    var isOver = false
    /// Bytes that have gone on.
    private(set) var passed: UInt64 = 0

    private let draws: Draws
    private var log: LaneLog?

    /// - Parameter draws: The connection's, of this direction.
    init(_ way: LinkProfile.Way, for connection: ConnectionFacts, draws: Draws, log: LaneLog? = nil, opened: Instant) {
        let stages = way.stages.keyed(for: connection, draws, now: opened, ConditionTemplate.stream)
        path = StreamPath(stages, draws: draws, opened: opened, isLogged: log != nil)
        (self.draws, self.log) = (draws, log)
        self.log?.become(way)
        fit(way)
    }

    /// Tells what has been decided, where somebody wants to know.
    mutating func tell() { if let log { path.takeDecisions { log.tell($0) } } }

    mutating func become(
        _ way: LinkProfile.Way,
        _ connection: ConnectionFacts,
        now: Instant,
        _ actions: inout [StreamPath.Action]
    ) {
        let stages = way.stages.keyed(for: connection, draws, now: now, ConditionTemplate.stream) { key in
            if case .rate(let rate) = path.stage(key) { rate.line } else { nil }
        }
        log?.become(way)
        path.become(stages, now: now, &actions)
        fit(way)
    }

    private mutating func fit(_ way: LinkProfile.Way) {
        limit = way.limit
        isBounded = way.isBounded
        readSize = min(Buffers.read, max(2048, limit / 4))
    }

    /// What the kernel is to hold before it, and behind it, where that is bounded.
    var socketBuffer: Int { min(1 << 20, max(Buffers.least, limit / 4)) }

    /// One more read could be too much.
    var isFull: Bool { path.held + readSize > limit }

    /// Bytes that need not be kept.
    mutating func skip(_ count: Int) {
        path.skip(count)
        passed &+= UInt64(count)
        offset += UInt64(count)
    }

    /// Small reads lie together: each in a receive buffer of its own, they would take a hundred times their bytes.
    mutating func keep(_ buffer: ByteBuffer) {
        guard buffer.readableBytes < Self.smallRead else { return bytes.append(buffer) }
        if let last = bytes.indices.last, bytes[last].writableBytes >= buffer.readableBytes {
            bytes[last].writeImmutableBuffer(buffer)
        } else {
            var together = ByteBuffer()
            together.reserveCapacity(bytes.isEmpty ? buffer.readableBytes : Self.smallRead * 4)
            together.writeImmutableBuffer(buffer)
            bytes.append(together)
        }
    }

    private static let smallRead = 2048

    /// Takes up to `count` bytes off the front, as far as they lie in one buffer.
    mutating func take(_ count: Int) -> ByteBuffer? {
        guard var front = bytes.first else { return nil }
        if front.readableBytes <= count {
            bytes.removeFirst()
            offset += UInt64(front.readableBytes)
            return front
        }
        let piece = front.readSlice(length: count)
        bytes[bytes.startIndex] = front
        offset += UInt64(count)
        return piece
    }

    mutating func flip(_ flip: Flip) {
        guard flip.offset >= offset else { return }
        var distance = Int(flip.offset - offset)
        for index in bytes.indices {
            let count = bytes[index].readableBytes
            if distance < count {
                let place = bytes[index].readerIndex + distance
                let byte = bytes[index].getInteger(at: place, as: UInt8.self) ?? 0
                bytes[index].setInteger(byte ^ flip.mask, at: place)
                return
            }
            distance -= count
        }
    }

    mutating func dropAll() { bytes.removeAll() }

    mutating func count(_ bytes: Int) { passed &+= UInt64(bytes) }
}
