/// A limited rate. Real: bytes pass one after the other, at the speed of the line; a connection's own, or a ``Bottleneck``
/// that several share.
///
/// What waits for its turn is bounded by who moves the bytes, who stops reading: the sender sees a full window, as it would
/// behind a slow router with a short queue.
public struct Rate: StreamCondition, Hashable {
    public let line: Bottleneck
    /// What is reserved for the segment at the head of the queue.
    private var reserved: (start: UInt64, slot: Bottleneck.Slot)?

    public init(_ line: Bottleneck) { self.line = line }

    public init(bitsPerSecond: UInt64) { self.init(Bottleneck(bitsPerSecond: bitsPerSecond)) }

    mutating func adopt(_ other: Rate) { reserved = other.reserved }

    mutating func judge(_ segment: Segment, now: Instant, draws: Draws) -> Verdict {
        guard segment.kind == .data else { return .leave(at: segment.entered) }
        if let reserved, reserved.start == segment.start, line.isValid(reserved.slot) {
            return .leave(at: reserved.slot.end)
        }
        let quantum = line.quantum
        if segment.count > quantum { return .split(after: quantum) }
        guard let slot = line.reserve(segment.count, from: segment.entered) else { return .hold }
        reserved = (segment.start, slot)
        return .leave(at: slot.end)
    }

    public static func == (a: Rate, b: Rate) -> Bool { a.line === b.line }
    public func hash(into hasher: inout Hasher) { hasher.combine(line) }
}
