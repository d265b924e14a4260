/// A WebSocket's frame as it lies in the stream.
struct WebSocketFrame: Equatable {
    enum Opcode: UInt8 {
        case continuation = 0
        case text = 1
        case binary = 2
        case close = 8
        case ping = 9
        case pong = 10

        var word: String { "\(self)" }
    }

    /// Nil for one that the protocol does not know.
    var opcode: Opcode?
    var isFinal: Bool
    /// Whether an extension changed its payload (RSV1): permessage-deflate.
    var isCompressed: Bool
    /// Unmasked, as far as it is there.
    var payload: [UInt8]
    /// What the header says.
    var length: Int64

    /// - Parameter bytes: From the frame's first byte on.
    /// - Returns: Nil where not even its header is there.
    init?(_ bytes: some Collection<UInt8>) {
        let bytes = Array(bytes)
        guard bytes.count >= 2, bytes.count >= Self.headerLength(bytes[1]) else { return nil }
        let start = Self.headerLength(bytes[1])
        opcode = Opcode(rawValue: bytes[0] & 0x0F)
        isFinal = bytes[0] & 0x80 != 0
        isCompressed = bytes[0] & 0x40 != 0
        length = Int64(clamping: Self.payloadLength(bytes))
        payload = Array(bytes[start...].prefix(Int(clamping: length)))
        guard bytes[1] & 0x80 != 0 else { return }
        let key = Array(bytes[(start - 4)..<start])
        for index in payload.indices { payload[index] ^= key[index % 4] }
    }

    /// - Parameter second: Its second byte.
    static func headerLength(_ second: UInt8) -> Int {
        let extra = second & 0x7F == 126 ? 2 : second & 0x7F == 127 ? 8 : 0
        return 2 + extra + (second & 0x80 != 0 ? 4 : 0)
    }

    /// - Parameter header: All of it, at least.
    static func payloadLength(_ header: [UInt8]) -> UInt64 {
        let short = header[1] & 0x7F
        guard short >= 126 else { return UInt64(short) }
        return header[2..<(short == 126 ? 4 : 10)].reduce(0) { $0 << 8 | UInt64($1) }
    }
}
