import HomeportCore

/// One message of the kernel's answer to a ``SocketDiag`` request.
///
/// Every offset is checked before it is read: the kernel is trusted, a short read or a kernel that lays out more or
/// less than this one is not worth a crash.
enum SocketDiagMessage: Hashable {
    case socket(SocketRecord)
    case done
    /// An errno: no such family or protocol, no permission.
    case failed(CInt)
    /// Something this list has no use for, such as a state or a family that it does not know.
    case other

    /// - Returns: false as soon as what follows is no message: what came before it has been passed on.
    @discardableResult
    static func read(
        _ datagram: UnsafeRawBufferPointer,
        transport: SocketRecord.Transport,
        sequence: UInt32,
        _ body: (SocketDiagMessage) -> Void
    ) -> Bool {
        var at = 0
        while at < datagram.count {
            guard let length = datagram.native(UInt32.self, at: at), length >= SocketDiag.headerSize,
                Int(length) <= datagram.count - at
            else { return false }
            let message = UnsafeRawBufferPointer(rebasing: datagram[at..<at + Int(length)])
            // An answer to an earlier question that was given up half-way.
            if message.native(UInt32.self, at: 8) == sequence { body(Self(message, transport)) }
            at += (Int(length) + 3) & ~3
        }
        return true
    }

    private init(_ message: UnsafeRawBufferPointer, _ transport: SocketRecord.Transport) {
        let payload = UnsafeRawBufferPointer(rebasing: message[SocketDiag.headerSize...])
        switch message.native(UInt16.self, at: 4) {
        case 3: self = .done
        case 2: self = .failed(payload.native(Int32.self, at: 0).map { 0 &- $0 } ?? 0)
        case SocketDiag.byFamily: self = SocketRecord(payload, transport).map(Self.socket) ?? .other
        default: self = .other
        }
    }
}

extension SocketRecord {
    /// `inet_diag_msg`: 72 bytes, then attributes.
    fileprivate init?(_ bytes: UnsafeRawBufferPointer, _ transport: Transport) {
        guard bytes.count >= 72, let state = State(rawValue: bytes[1]),
            let local = SocketName(bytes, family: bytes[0], address: 8, port: 4),
            let remote = SocketName(bytes, family: bytes[0], address: 24, port: 6),
            let interface = bytes.native(UInt32.self, at: 40), let expires = bytes.native(UInt32.self, at: 52),
            let uid = bytes.native(UInt32.self, at: 64), let inode = bytes.native(UInt32.self, at: 68)
        else { return nil }
        self.init(
            transport: transport,
            state: state,
            local: local,
            remote: remote,
            inode: inode,
            uid: uid,
            interface: interface,
            v6Only: Self.v6Only(UnsafeRawBufferPointer(rebasing: bytes[72...])),
            expiresIn: state == .timeWait ? .milliseconds(Int64(expires)) : nil
        )
    }

    /// `INET_DIAG_SKV6ONLY`, which the kernel adds unasked to an IPv6 socket that listens or is unconnected.
    private static func v6Only(_ attributes: UnsafeRawBufferPointer) -> Bool {
        var at = 0
        while let length = attributes.native(UInt16.self, at: at),
            let type = attributes.native(UInt16.self, at: at + 2),
            length >= 4, Int(length) <= attributes.count - at
        {
            if type == 11, length >= 5 { return attributes[at + 4] != 0 }
            at += (Int(length) + 3) & ~3
        }
        return false
    }
}

extension SocketName {
    fileprivate init?(_ bytes: UnsafeRawBufferPointer, family: UInt8, address: Int, port: Int) {
        guard let number = bytes.native(UInt16.self, at: port).map(UInt16.init(bigEndian:)) else { return nil }
        switch family {
        case 2:
            guard let bits = bytes.native(UInt32.self, at: address) else { return nil }
            self.init(.v4(IPv4(bits: UInt32(bigEndian: bits))), number)
        case 10:
            guard let high = bytes.native(UInt64.self, at: address),
                let low = bytes.native(UInt64.self, at: address + 8)
            else { return nil }
            self.init(.v6(IPv6(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low))), number)
        default:
            return nil
        }
    }
}

extension UnsafeRawBufferPointer {
    /// A number in the machine's byte order; nil where the bytes end before it does.
    fileprivate func native<Number: FixedWidthInteger>(_: Number.Type, at offset: Int) -> Number? {
        guard offset >= 0, offset <= count - MemoryLayout<Number>.size else { return nil }
        return loadUnaligned(fromByteOffset: offset, as: Number.self)
    }
}
