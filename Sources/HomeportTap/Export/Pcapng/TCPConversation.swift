/// A TCP connection as packets that a dissector puts together again without complaint: with its handshake, every byte acknowledged at once,
/// and its end. Made from what was recorded: sequence numbers, windows and acknowledgements are ours, bytes and times are not.
struct TCPConversation {
    typealias Packet = IPPacket
    typealias End = IPPacket.End

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
        identification &+= 1
        var tcp: [UInt8] = []
        tcp.append(big: source.port)
        tcp.append(big: target.port)
        tcp.append(big: sequence)
        tcp.append(big: flags & Flags.ack == 0 ? 0 : acknowledged)
        tcp += [5 << 4, flags, 0xFF, 0xFF, 0, 0, 0, 0]
        return IPPacket(
            6,
            from: source,
            to: target,
            tcp,
            sumAt: 16,
            payload,
            missing: missing,
            identification: identification,
            at: last
        )
    }
}
