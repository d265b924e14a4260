/// A TCP connection as packets that a dissector puts together again without complaint: with its handshake, every byte acknowledged at once,
/// and its end. Made from what was recorded: sequence numbers, windows and acknowledgements are ours, bytes and times are not.
struct TCPConversation {
    struct Packet {
        var time: Int64
        var bytes: [UInt8]
        /// What it was; more than its bytes where some are not kept.
        var length: Int
    }

    struct End: Hashable {
        /// 4 or 16.
        var address: [UInt8]
        var port: UInt16
    }

    private struct Flags {
        static let fin: UInt8 = 1
        static let syn: UInt8 = 2
        static let push: UInt8 = 8
        static let ack: UInt8 = 16
    }

    private let client, server: End
    private var clientNext: UInt32 = 1_000
    private var serverNext: UInt32 = 2_000
    private(set) var last: Int64 = .min
    private var isOpen = false
    private var identification: UInt16 = 0

    /// Bytes of one segment.
    private static let most = 16 << 10
    /// Bytes that are not kept, and have packets all the same.
    private static let mostGap: Int64 = 16 << 20

    /// - Precondition: Both ends are of one family.
    init(from client: End, to server: End) { (self.client, self.server) = (client, server) }

    mutating func open(at time: Int64) -> [Packet] {
        guard !isOpen else { return [] }
        isOpen = true
        return [
            segment(fromClient: true, Flags.syn, at: time), segment(fromClient: false, Flags.syn | Flags.ack, at: time),
            segment(fromClient: true, Flags.ack, at: time),
        ]
    }

    /// - Parameter gap: How many more bytes there were behind these, which are not kept.
    mutating func send(fromClient: Bool, _ bytes: ArraySlice<UInt8>, gap: Int64 = 0, at time: Int64) -> [Packet] {
        var packets: [Packet] = []
        var rest = bytes
        while !rest.isEmpty {
            packets.append(
                segment(fromClient: fromClient, Flags.push | Flags.ack, Array(rest.prefix(Self.most)), at: time)
            )
            packets.append(segment(fromClient: !fromClient, Flags.ack, at: time))
            rest = rest.dropFirst(Self.most)
        }
        // So many packets of nothing would fill memory; a dissector then says that something was not captured, which is true.
        if gap > Self.mostGap {
            if fromClient {
                clientNext &+= UInt32(truncatingIfNeeded: gap)
            } else {
                serverNext &+= UInt32(truncatingIfNeeded: gap)
            }
            return packets
        }
        var left = gap
        while left > 0 {
            let count = Int(min(left, Int64(Self.most)))
            packets.append(segment(fromClient: fromClient, Flags.push | Flags.ack, missing: count, at: time))
            packets.append(segment(fromClient: !fromClient, Flags.ack, at: time))
            left -= Int64(count)
        }
        return packets
    }

    mutating func close() -> [Packet] {
        guard isOpen else { return [] }
        isOpen = false
        return [
            segment(fromClient: false, Flags.fin | Flags.ack, at: last), segment(fromClient: true, Flags.ack, at: last),
            segment(fromClient: true, Flags.fin | Flags.ack, at: last), segment(fromClient: false, Flags.ack, at: last),
        ]
    }

    // MARK: Packets

    private mutating func segment(
        fromClient: Bool,
        _ flags: UInt8,
        _ payload: [UInt8] = [],
        missing: Int = 0,
        at time: Int64
    ) -> Packet {
        last = max(last, time)
        let (source, target) = fromClient ? (client, server) : (server, client)
        let (sequence, acknowledged) = fromClient ? (clientNext, serverNext) : (serverNext, clientNext)
        let length = payload.count + missing
        let advance = UInt32(length) + (flags & (Flags.syn | Flags.fin) == 0 ? 0 : 1)
        if fromClient { clientNext &+= advance } else { serverNext &+= advance }
        var tcp: [UInt8] = []
        tcp.append(big: source.port)
        tcp.append(big: target.port)
        tcp.append(big: sequence)
        tcp.append(big: flags & Flags.ack == 0 ? 0 : acknowledged)
        tcp += [5 << 4, flags, 0xFF, 0xFF, 0, 0, 0, 0]
        let sum = Self.sum(
            source.address + target.address + [0, 6] + [
                UInt8(truncatingIfNeeded: (20 + length) >> 8), UInt8(truncatingIfNeeded: 20 + length),
            ]
                + tcp + payload
        )
        // Of bytes that are not kept there is no sum; what is cut is not checked.
        tcp[16] = UInt8(truncatingIfNeeded: sum >> 8)
        tcp[17] = UInt8(truncatingIfNeeded: sum)
        let header =
            source.address.count == 4 ? header4(source, target, 20 + length) : header6(source, target, 20 + length)
        return Packet(time: last, bytes: header + tcp + payload, length: header.count + 20 + length)
    }

    private mutating func header4(_ source: End, _ target: End, _ length: Int) -> [UInt8] {
        identification &+= 1
        var header: [UInt8] = [0x45, 0]
        header.append(big: UInt16(20 + length))
        header.append(big: identification)
        header += [0x40, 0, 64, 6, 0, 0] + source.address + target.address
        let sum = Self.sum(header)
        header[10] = UInt8(truncatingIfNeeded: sum >> 8)
        header[11] = UInt8(truncatingIfNeeded: sum)
        return header
    }

    private func header6(_ source: End, _ target: End, _ length: Int) -> [UInt8] {
        var header: [UInt8] = [0x60, 0, 0, 0]
        header.append(big: UInt16(length))
        return header + [6, 64] + source.address + target.address
    }

    /// The Internet checksum (RFC 1071).
    static func sum(_ bytes: [UInt8]) -> UInt16 {
        var sum: UInt32 = 0
        var index = 0
        while index + 1 < bytes.count {
            sum &+= UInt32(bytes[index]) << 8 | UInt32(bytes[index + 1])
            if sum > 0xFFFF_0000 { sum = sum & 0xFFFF + sum >> 16 }
            index += 2
        }
        if index < bytes.count { sum &+= UInt32(bytes[index]) << 8 }
        while sum >> 16 != 0 { sum = (sum & 0xFFFF) + (sum >> 16) }
        return ~UInt16(sum)
    }
}
