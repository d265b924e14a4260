/// A limited rate for datagrams, with the queue of a router before it. Real: what finds the queue full is dropped.
public struct DatagramRate: DatagramCondition, Hashable {
    public let line: Bottleneck
    /// Bytes that may wait for the line.
    public var queue: Int

    /// A short queue, and room for a few datagrams of any size.
    public static let usualQueue = 64 << 10

    public init(_ line: Bottleneck, queue: Int = usualQueue) {
        self.line = line
        self.queue = queue
    }

    mutating func judge(_ datagram: Datagram, draws: Draws) -> Fate {
        if line.bitsPerSecond == 0 { return .hold }
        guard let slot = line.reserve(datagram.count, from: datagram.entered, limit: queue) else { return .drop }
        return .follow(at: slot.end)
    }
}
