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
    /// How many bytes may wait before no more are read.
    var limit: Int
    /// Its end was passed on.
    var isOver = false

    init(_ path: StreamPath, limit: Int) {
        self.path = path
        self.limit = limit
    }

    var isFull: Bool { path.held >= limit }

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
}
