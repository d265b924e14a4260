/// A moment, in nanoseconds of a clock that whoever uses these conditions chooses; only differences mean something.
public typealias Instant = UInt64

/// Some bytes of a stream, by their place in it, or its end. The bytes themselves stay with who moves them.
public struct Segment: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        case data
        /// No more will come (FIN): it queues behind the data that it follows.
        case end
        /// The sender broke off (RST): that queues, too.
        case abort
        /// A condition ended the connection: what had passed it before arrives before.
        case termination(Ending)
    }

    /// Where the first byte stands in the stream.
    public internal(set) var start: UInt64
    public internal(set) var count: Int
    public let kind: Kind
    /// When it came to where it waits now.
    public internal(set) var entered: Instant
    /// What is drawn for it is drawn for this offset: see ``Packets``.
    public internal(set) var drawnAt: UInt64
    /// It only keeps its place in the order until it can be thrown away.
    var isLost = false
    /// It is to be a write of its own: ``Slice`` made it.
    var isPiece = false

    init(start: UInt64, count: Int, kind: Kind, entered: Instant, drawnAt: UInt64) {
        self.start = start
        self.count = count
        self.kind = kind
        self.entered = entered
        self.drawnAt = drawnAt
    }

    /// What would be left behind the first `count` bytes.
    func rest(after count: Int) -> Segment {
        let next = start + UInt64(count)
        return Segment(
            start: next,
            count: self.count - count,
            kind: kind,
            entered: entered,
            drawnAt: Packets.start(of: next, after: drawnAt)
        )
    }

    /// How many bytes there are up to the end of the first byte's packet.
    var inPacket: Int { Int(min(UInt64(count), Packets.end(of: drawnAt) - start)) }
}

/// How a stream falls into packets, for which chance is drawn one by one.
///
/// A stream has none of its own, and how reads happen to be cut must not change what is drawn. So packets end where a multiple
/// of 1,460 bytes does. What is sent after a pause begins a new one, as each message of a conversation does, and that one ends
/// not before 1,460 bytes: a message that fits a packet is never in two.
enum Packets {
    private static let size: UInt64 = 1460
    /// Bytes that come within this of each other were sent together.
    static let pause: Instant = 100_000

    /// Where the packet that begins at `start` ends.
    static func end(of start: UInt64) -> UInt64 { (start + size - 1) / size * size + size }

    /// Where the packet of the byte at `offset` begins, if the one before begins at `start`.
    static func start(of offset: UInt64, after start: UInt64) -> UInt64 {
        offset < end(of: start) ? start : offset - offset % size
    }
}
