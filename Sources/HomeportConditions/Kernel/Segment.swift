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
        case cut(Ending)
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
        // Its packet began in what is before it, or is still that one's.
        let boundary = next - next % Packets.size
        return Segment(
            start: next,
            count: self.count - count,
            kind: kind,
            entered: entered,
            drawnAt: boundary > start ? boundary : drawnAt
        )
    }

    /// How many bytes there are up to the end of the first byte's packet.
    var inPacket: Int { min(count, Int(Packets.size - start % Packets.size)) }
}

/// How a stream falls into packets, for which chance is drawn one by one.
///
/// A stream has none of its own, and how reads happen to be cut must not change what is drawn. So a packet ends where a
/// multiple of 1,460 bytes does; and what is sent after a pause begins a new one, as each message of a conversation does.
enum Packets {
    static let size: UInt64 = 1460
    /// Bytes that come within this of each other were sent together.
    static let pause: Instant = 100_000
}
