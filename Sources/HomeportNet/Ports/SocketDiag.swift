import HomeportCore

/// The part of Linux's `NETLINK_SOCK_DIAG` that lists sockets, as bytes: no socket is opened here.
///
/// One question, `inet_diag_req_v2`, asks for all sockets of one family and protocol in certain states; the answer is
/// a run of datagrams, each holding many messages, the last of which is `NLMSG_DONE`. `ss` asks the same. The
/// alternative, `/proc/net/tcp`, is text which the kernel formats and we would parse again, and cannot be asked for
/// listeners alone. Layouts: `linux/netlink.h`, `linux/inet_diag.h`. Netlink is in the machine's byte order, addresses
/// and ports are not.
enum SocketDiag {
    static let headerSize = 16
    static let byFamily: UInt16 = 20
    private static let requestSize = 56

    /// Which states to list, as the kernel's bit mask.
    struct States: OptionSet {
        let rawValue: UInt32
        static let listening = States(.listen)
        static let unconnected = States(.closed)
        /// Every state, those included that only newer kernels know: older ones ignore the bits.
        static let all = States(rawValue: .max)

        init(rawValue: UInt32) { self.rawValue = rawValue }
        init(_ state: SocketRecord.State) { rawValue = 1 << UInt32(state.rawValue) }
    }

    /// - Parameter port: only sockets with this local port. Filtered in the kernel: after a load test there may be
    ///   30,000
    ///   connections in TIME_WAIT, of which one is wanted.
    static func request(
        family: UInt8,
        transport: SocketRecord.Transport,
        states: States,
        port: UInt16? = nil,
        sequence: UInt32
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        let filter = port.map { localPort(equals: $0) } ?? []
        bytes.append(native: UInt32(headerSize + requestSize + filter.count))
        bytes.append(native: byFamily)
        bytes.append(native: UInt16(0x301))  // NLM_F_REQUEST | NLM_F_DUMP
        bytes.append(native: sequence)
        bytes.append(native: UInt32(0))
        bytes += [family, transport == .tcp ? 6 : 17, 0, 0]
        bytes.append(native: states.rawValue)
        bytes += [UInt8](repeating: 0, count: 48)  // inet_diag_sockid: any socket
        return bytes + filter
    }

    /// Asks for the one socket that has these two ends.
    ///
    /// Of UDP's sockets the kernel finds the one that would get a datagram: it takes the ends the other way round there, and has
    /// always done so.
    static func request(
        _ transport: SocketRecord.Transport,
        from local: SocketName,
        to remote: SocketName,
        sequence: UInt32
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(headerSize + requestSize)
        bytes.append(native: UInt32(headerSize + requestSize))
        bytes.append(native: byFamily)
        bytes.append(native: UInt16(1))  // NLM_F_REQUEST
        bytes.append(native: sequence)
        bytes.append(native: UInt32(0))
        bytes += [family(of: local), transport == .tcp ? 6 : 17, 0, 0]
        bytes.append(native: States.all.rawValue)
        let (source, target) = transport == .tcp ? (local, remote) : (remote, local)
        for name in [source, target] { bytes.append(native: name.port.bigEndian) }
        for name in [source, target] { bytes.append(addressOf: name) }
        bytes.append(native: UInt32(0))  // any interface
        bytes += [UInt8](repeating: 0xFF, count: 8)  // INET_DIAG_NOCOOKIE
        return bytes
    }

    /// `AF_INET`, `AF_INET6`.
    private static func family(of name: SocketName) -> UInt8 {
        switch name.address {
        case .v4: 2
        case .v6: 10
        }
    }

    /// `INET_DIAG_REQ_BYTECODE` with a program of two comparisons, "source port ≥ p" and "≤ p": the kernel had these
    /// long before it had equality. Each is an operation of 4 bytes (code, bytes to jump on yes, bytes on no) and one
    /// more that only carries the port; a jump past the program's end means "no".
    private static func localPort(equals port: UInt16) -> [UInt8] {
        let sourceAtLeast: UInt8 = 2
        let sourceAtMost: UInt8 = 3
        var bytes: [UInt8] = []
        bytes.append(native: UInt16(4 + 16))
        bytes.append(native: UInt16(1))
        for (code, toEnd) in [(sourceAtLeast, UInt16(16)), (sourceAtMost, UInt16(8))] {
            bytes += [code, 8]
            bytes.append(native: toEnd + 4)
            bytes += [0, 0]
            bytes.append(native: port)
        }
        return bytes
    }
}

extension [UInt8] {
    fileprivate mutating func append<Number: FixedWidthInteger>(native number: Number) {
        Swift.withUnsafeBytes(of: number) { append(contentsOf: $0) }
    }

    /// 16 bytes, whatever its family.
    fileprivate mutating func append(addressOf name: SocketName) {
        switch name.address {
        case .v4(let address):
            append(native: address.bits.bigEndian)
            self += [UInt8](repeating: 0, count: 12)
        case .v6(let address):
            append(native: address.high.bigEndian)
            append(native: address.low.bigEndian)
        }
    }
}
