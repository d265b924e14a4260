import HomeportNet
import NIOCore

/// How an exchange lies in a segment: numbers at fixed places, little-endian, and behind them what has a length of its own.
///
///     ┌───────────── 272 bytes ─────────────┬───────┬─────────┬─────────┬───────┬─────────┬────────┬────────────┬──────────┐
///     │ lengths, times, addresses, extents  │ heads │ service │ refusal │ error │ command │ hashes │ conditions │ messages │
///     └─────────────────────────────────────┴───────┴─────────┴─────────┴───────┴─────────┴────────┴────────────┴──────────┘
///
/// Bodies lie in segments of their own, which are given up earlier.
enum TapLayout {
    static let size = 272

    // u32
    static let total = 0
    // u8
    static let version = 4
    static let flags = 5
    // u16
    static let status = 6
    // u64
    static let id = 8
    /// i64, nanoseconds since 1970.
    static let began = 16
    /// Six of i64 from here: asked, dialled, connected, answered, headed, ended; -1 for what has not happened.
    static let times = 24
    /// Four addresses from here, of 20 bytes: client's own end and ours, our end to the service and the service's.
    static let addresses = 72
    static let addressSize = 20
    /// Two extents from here, of 24 bytes, request and answer: i64 true length, u32 segment, offset, bytes of the head, of the tail.
    static let bodies = 152
    static let bodySize = 24
    // u32
    static let requestHead = 200
    static let heads = 204
    static let method = 208
    static let target = 212  // and its length
    static let authority = 220
    static let path = 228
    // u16
    static let service = 236
    static let refusal = 238
    static let error = 240
    /// How many hashes of 32 bytes there are.
    static let hashes = 242
    // u32
    static let sentHead = 244
    static let receivedHead = 248
    /// Bytes of the marks of each side's messages.
    static let requestMessages = 252
    static let responseMessages = 256
    // u16, bytes
    static let conditions = 260
    // u8, ``TapKind``
    static let kind = 262
    /// Whether its service is a link.
    static let link = 263
    // u32, of the client's process; 0 where it is not known
    static let pid = 264
    // u16, of its name
    static let command = 268

    static let current: UInt8 = 2

    struct Flags: OptionSet {
        let rawValue: UInt8

        static let complete = Flags(rawValue: 1)
        static let reused = Flags(rawValue: 2)
        static let live = Flags(rawValue: 4)
        static let requestHash = Flags(rawValue: 8)
        static let responseHash = Flags(rawValue: 16)
    }
}

/// Where what is kept of a body lies: its head, and behind it its tail.
struct BodyExtent {
    var segment: UInt32 = 0
    var offset: UInt32 = 0
    var head: UInt32 = 0
    var tail: UInt32 = 0

    var count: Int { Int(head) + Int(tail) }
}

extension UnsafeMutableRawBufferPointer {
    @inline(__always)
    func put<Number: FixedWidthInteger>(_ number: Number, at offset: Int) {
        storeBytes(of: number.littleEndian, toByteOffset: offset, as: Number.self)
    }

    /// Family as one byte (4, 6; 1 for a unix socket; 0 for none), port at 2, address at 4.
    func put(_ address: SocketAddress?, at offset: Int) {
        guard let address else { return put(UInt8(0), at: offset) }
        // Where sockaddr_in and sockaddr_in6 have their addresses, on every system.
        let (family, start, count): (UInt8, Int, Int) =
            switch address {
            case .v4: (4, 4, 4)
            case .v6: (6, 8, 16)
            case .unixDomainSocket: (1, 0, 0)
            }
        put(family, at: offset)
        guard count > 0 else { return }
        address.withSockAddr { pointer, _ in
            let name = UnsafeRawBufferPointer(start: pointer, count: start + count)
            put(UInt16(bigEndian: name.load(fromByteOffset: 2, as: UInt16.self)), at: offset + 2)
            self[(offset + 4)...].copyPrefix(UnsafeRawBufferPointer(rebasing: name[start...]))
        }
    }
}

extension Slice<UnsafeMutableRawBufferPointer> {
    /// Puts bytes where this begins.
    func copyPrefix(_ bytes: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(rebasing: self).copyMemory(from: bytes)
    }
}
