import HomeportConditions
import HomeportCore
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

    init(_ way: LinkProfile.Way, draws: Draws, opened: Instant) {
        path = StreamPath(way.stages.keyed { _ in nil }, draws: draws, opened: opened)
        fit(way)
    }

    mutating func become(_ way: LinkProfile.Way, now: Instant, _ actions: inout [StreamPath.Action]) {
        // A line of a connection's own stays its own, at its new speed.
        let stages = way.stages.keyed { stage in
            guard case .rate(let asked, _, _) = stage.template, case .rate(let own) = path.stage(stage.key) else {
                return nil
            }
            own.line.change(bitsPerSecond: asked.bitsPerSecond, now: now)
            return own.line
        }
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

    mutating func keep(_ buffer: ByteBuffer) { bytes.append(buffer) }

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

extension [LinkProfile.Stage] {
    /// - Parameter ownLine: A connection's own line for a stage, where it has one already.
    fileprivate func keyed(_ ownLine: (LinkProfile.Stage) -> Bottleneck?) -> [KeyedStage<Stage>] {
        compactMap { stage in
            stage.template.stream(stage.line ?? ownLine(stage), stage.draws).map { KeyedStage(key: stage.key, $0) }
        }
    }
}
