import HomeportCore
import HomeportNet
import NIOCore

/// How an exchange lies in a segment: numbers at fixed places, little-endian, and behind them what has a length of its own.
///
///     ┌───────────── 272 bytes ─────────────┬───────┬─────────┬─────────┬───────┬─────────┬─────────┬────────┬────────────┬──────────┐
///     │ lengths, times, addresses, extents  │ heads │ service │ refusal │ error │ command │ verdict │ hashes │ conditions │ messages │
///     └─────────────────────────────────────┴───────┴─────────┴─────────┴───────┴─────────┴─────────┴────────┴────────────┴──────────┘
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
    // u16, of what access said
    static let verdict = 270

    /// Words whose lengths are told by a u16, in the order in which they lie behind the heads.
    static let words = [service, refusal, error, command, verdict]

    static let current: UInt8 = 3

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
    func put(_ end: Peer.End, at offset: Int) {
        switch end {
        case .unknown: put(UInt8(0), at: offset)
        case .unix: put(UInt8(1), at: offset)
        case .name(let name):
            put(name.port, at: offset + 2)
            switch name.address {
            case .v4(let address):
                put(UInt8(4), at: offset)
                put(address.bits.byteSwapped, at: offset + 4)
            case .v6(let address):
                put(UInt8(6), at: offset)
                put(address.high.byteSwapped, at: offset + 4)
                put(address.low.byteSwapped, at: offset + 12)
            }
        }
    }
}

extension Slice<UnsafeMutableRawBufferPointer> {
    /// Puts bytes where this begins.
    func copyPrefix(_ bytes: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(rebasing: self).copyMemory(from: bytes)
    }
}
