/// A packet as a capture of raw IP has it: with right lengths and checksums.
struct IPPacket {
    struct End: Hashable {
        /// 4 or 16.
        var address: [UInt8]
        var port: UInt16
    }

    /// Nanoseconds since 1970.
    var time: Int64
    var bytes: [UInt8]
    /// What it was; more than its bytes where some are not kept.
    var length: Int

    /// - Parameters:
    ///   - kind: 6 for TCP, 17 for UDP.
    ///   - transport: Its header, with zeros where its checksum belongs.
    ///   - sumPlace: Where that is.
    ///   - missing: Bytes of the payload that are not kept; of those there is no sum, and what is cut is not checked.
    init(
        _ kind: UInt8,
        from source: End,
        to target: End,
        _ transport: [UInt8],
        sumAt sumPlace: Int,
        _ payload: [UInt8],
        missing: Int = 0,
        identification: UInt16,
        at time: Int64
    ) {
        let length = transport.count + payload.count + missing
        var pseudo = source.address + target.address + [0, kind]
        pseudo.append(big: UInt16(truncatingIfNeeded: length))
        let sum = Self.sum(pseudo + transport + payload)
        var transport = transport
        // UDP's zero means that there is none.
        let shown = sum == 0 && kind == 17 ? 0xFFFF : sum
        transport[sumPlace] = UInt8(truncatingIfNeeded: shown >> 8)
        transport[sumPlace + 1] = UInt8(truncatingIfNeeded: shown)
        let header =
            source.address.count == 4
            ? Self.header4(kind, source, target, length, identification) : Self.header6(kind, source, target, length)
        self.time = time
        bytes = header + transport + payload
        self.length = header.count + length
    }

    private static func header4(_ kind: UInt8, _ source: End, _ target: End, _ length: Int, _ identification: UInt16)
        -> [UInt8]
    {
        var header: [UInt8] = [0x45, 0]
        header.append(big: UInt16(20 + length))
        header.append(big: identification)
        header += [0x40, 0, 64, kind, 0, 0] + source.address + target.address
        let sum = sum(header)
        header[10] = UInt8(truncatingIfNeeded: sum >> 8)
        header[11] = UInt8(truncatingIfNeeded: sum)
        return header
    }

    private static func header6(_ kind: UInt8, _ source: End, _ target: End, _ length: Int) -> [UInt8] {
        var header: [UInt8] = [0x60, 0, 0, 0]
        header.append(big: UInt16(length))
        return header + [kind, 64] + source.address + target.address
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
