/// Bits turned over on the way. Real as far as programs see it; on TCP a checksum stops most of what happens on a wire, so
/// that this stands for a broken middlebox, not for a noisy line.
public enum Corrupt: StreamCondition, Hashable {
    /// One bit of a packet, with this probability for each packet: 0 … 1.
    case packets(Double)
    /// The bits of `mask` in the byte at `offset` of each connection.
    case byte(at: UInt64, mask: UInt8)

    mutating func judge(_ segment: Segment, now: Instant, draws: Draws) -> Verdict {
        // One part has one flip at most.
        if case .packets = self, segment.count > segment.inPacket { return .split(after: segment.inPacket) }
        return .leave(at: segment.entered)
    }

    func flips(in segment: Segment, draws: Draws) -> Flip? {
        guard segment.kind == .data else { return nil }
        switch self {
        case .byte(let offset, let mask):
            guard offset >= segment.start, offset - segment.start < UInt64(segment.count) else { return nil }
            return Flip(offset: offset, mask: mask)
        case .packets(let probability):
            guard draws.uniform(at: segment.drawnAt) < probability else { return nil }
            // The bit's place in the packet, whichever part of the packet this is.
            let packetStart = segment.drawnAt
            let length = Packets.end(of: packetStart) - packetStart
            let bit = draws.bits(at: packetStart, use: 1) % (length * 8)
            let offset = packetStart + bit / 8
            guard offset >= segment.start, offset - segment.start < UInt64(segment.count) else { return nil }
            return Flip(offset: offset, mask: 1 << UInt8(bit % 8))
        }
    }
}

extension Corrupt: DatagramCondition {
    mutating func judge(_ datagram: Datagram, draws: Draws) -> Fate {
        switch self {
        case .byte(let offset, let mask):
            return offset < UInt64(datagram.count) ? .flipped(Flip(offset: offset, mask: mask)) : pass(datagram)
        case .packets(let probability):
            guard datagram.count > 0, draws.uniform(at: datagram.number) < probability else { return pass(datagram) }
            let bit = draws.bits(at: datagram.number, use: 1) % (UInt64(datagram.count) * 8)
            return .flipped(Flip(offset: bit / 8, mask: 1 << UInt8(bit % 8)))
        }
    }

    private func pass(_ datagram: Datagram) -> Fate { .leave(at: datagram.entered) }
}
