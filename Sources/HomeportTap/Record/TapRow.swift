import HomeportCore
package import HomeportNet

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// One exchange that has been taken down: a view of its bytes in a segment, of which nothing is copied until it is asked for.
package struct TapRow: Sendable {
    private let segment: Segment
    private let offset: Int
    /// Where the bodies of one that lasts are; those of others are the store's.
    let ownBodies: Segment?

    init(_ segment: Segment, at offset: Int, bodies: Segment? = nil) {
        (self.segment, self.offset, ownBodies) = (segment, offset, bodies)
    }

    private typealias Layout = TapLayout

    private func number<Number: FixedWidthInteger>(_ place: Int, _: Number.Type = Number.self) -> Number {
        segment.bytes(offset + place..<offset + place + MemoryLayout<Number>.size).number(at: 0)
    }

    private func bytes(_ start: Int, _ count: Int) -> UnsafeRawBufferPointer {
        let from = offset + Layout.size + start
        return segment.bytes(from..<from + count)
    }

    private func text(_ start: Int, _ count: Int) -> String { String(decoding: bytes(start, count), as: UTF8.self) }

    private var flags: Layout.Flags { Layout.Flags(rawValue: number(Layout.flags)) }

    // MARK: What is known

    /// Counts up in the order in which exchanges could be seen: when they ended, or had lasted for a while. From 1.
    package var id: UInt64 { number(Layout.id) }
    /// Of the answer; 0 while there is none.
    package var status: Int { Int(number(Layout.status, UInt16.self)) }
    package var kind: TapKind { TapKind(rawValue: number(Layout.kind)) ?? .http }
    /// Whether it is still going on.
    package var isLive: Bool { flags.contains(.live) }
    /// Whether the client can know that it has the whole answer.
    package var isComplete: Bool { flags.contains(.complete) }
    /// Whether the connection to the service had served others before.
    package var isReused: Bool { flags.contains(.reused) }
    package var began: Int64 { number(Layout.began) }

    package var times: TapTimes {
        func time(_ index: Int) -> Int64? {
            let time: Int64 = number(Layout.times + 8 * index)
            return time < 0 ? nil : time
        }
        return TapTimes(
            began: began,
            asked: time(0),
            dialled: time(1),
            connected: time(2),
            answered: time(3),
            headed: time(4),
            ended: time(5)
        )
    }

    /// Nanoseconds that it took; nil while it lasts.
    package var took: Int64? {
        let time: Int64 = number(Layout.times + 8 * 5)
        return time < 0 ? nil : time
    }

    package var client: TapAddress? { address(0) }
    /// Where the client found us.
    package var local: TapAddress? { address(1) }
    package var upstreamLocal: TapAddress? { address(2) }
    /// Where the service answered.
    package var upstream: TapAddress? { address(3) }

    private func address(_ index: Int) -> TapAddress? {
        let place = offset + Layout.addresses + Layout.addressSize * index
        return TapAddress(segment.bytes(place..<place + Layout.addressSize))
    }

    private var headsLength: Int { Int(number(Layout.heads, UInt32.self)) }
    private var requestHeadLength: Int { Int(number(Layout.requestHead, UInt32.self)) }
    private var sentHeadLength: Int { Int(number(Layout.sentHead, UInt32.self)) }
    private var receivedHeadLength: Int { Int(number(Layout.receivedHead, UInt32.self)) }

    /// First line, fields, empty line; empty where there is none.
    package var requestHead: [UInt8] { Array(bytes(0, requestHeadLength)) }
    /// As the service was sent it.
    package var sentHead: [UInt8] { Array(bytes(requestHeadLength, sentHeadLength)) }
    /// As the service sent it.
    package var receivedHead: [UInt8] { Array(bytes(requestHeadLength + sentHeadLength, receivedHeadLength)) }
    package var responseHead: [UInt8] {
        let before = requestHeadLength + sentHeadLength + receivedHeadLength
        return Array(bytes(before, headsLength - before))
    }

    package var method: String { text(0, Int(number(Layout.method, UInt32.self))) }
    /// As the client wrote it.
    package var target: String { part(Layout.target) }
    /// The host that was asked for, with its port.
    package var authority: String { part(Layout.authority) }
    /// Without the query.
    package var path: String { part(Layout.path) }

    private func part(_ place: Int) -> String {
        text(Int(number(place, UInt32.self)), Int(number(place + 4, UInt32.self)))
    }

    /// Whether it went through a link's own port: its service is that link then.
    package var isOfLink: Bool { number(Layout.link, UInt8.self) == 1 }

    package var service: String? { word(Layout.service) }
    /// Why Homeport refused it itself: `proxy.unreachable`.
    package var refusal: String? { word(Layout.refusal) }
    /// Why there is no answer, or no whole one.
    package var error: String? { word(Layout.error) }
    /// Whom access has let in, or why not; nil where nobody was asked for anything.
    package var verdict: String? { word(Layout.verdict) }

    /// Whose request it was, where it could be found while it was there.
    package var process: TapProcess? {
        let pid: UInt32 = number(Layout.pid)
        guard pid != 0 else { return nil }
        return TapProcess(pid: Int32(bitPattern: pid), command: word(Layout.command) ?? "")
    }

    private func word(_ place: Int) -> String? {
        let count = Int(number(place, UInt16.self))
        return count == 0 ? nil : text(headsLength + length(of: Layout.words.prefix { $0 != place }), count)
    }

    private func length(of words: ArraySlice<Int>) -> Int { words.reduce(0) { $0 + Int(number($1, UInt16.self)) } }

    // MARK: Bodies

    /// True length, whatever is kept of it.
    package func length(_ side: TapSide) -> Int64 { number(body(side)) }

    func extent(_ side: TapSide) -> BodyExtent {
        let place = body(side)
        return BodyExtent(
            segment: number(place + 8),
            offset: number(place + 12),
            head: number(place + 16),
            tail: number(place + 20)
        )
    }

    private func body(_ side: TapSide) -> Int { Layout.bodies + (side == .request ? 0 : Layout.bodySize) }

    /// In hexadecimal; only of one that was never whole here.
    func sha256(_ side: TapSide) -> String? {
        let flags = flags
        guard flags.contains(side == .request ? .requestHash : .responseHash) else { return nil }
        let before = side == .response && flags.contains(.requestHash) ? 32 : 0
        return bytes(hashes + before, 32).hexadecimal
    }

    /// Where hashes begin, behind heads and words.
    private var hashes: Int {
        headsLength + length(of: Layout.words[...])
    }

    private var conditionsStart: Int { hashes + 32 * Int(number(Layout.hashes, UInt16.self)) }
    private var conditionsLength: Int { Int(number(Layout.conditions, UInt16.self)) }

    // MARK: Conditions and messages

    /// What conditions have done to it.
    package var conditions: [ConditionHit] {
        let length = conditionsLength
        return length == 0 ? [] : ConditionHits(reading: bytes(conditionsStart, length)).all
    }

    /// Nanoseconds by which conditions have held it back: for each direction, what each held its slowest piece back, one after the other.
    package var added: Int64 { conditions.reduce(0) { $0 + Int64(clamping: $1.longest) } }

    /// The messages of a stream, of both sides, in the order in which they came; only the first and the last of many.
    package var messages: [TapMessage] {
        let (asked, answered) = (
            Int(number(Layout.requestMessages, UInt32.self)), Int(number(Layout.responseMessages, UInt32.self))
        )
        guard asked + answered > 0 else { return [] }
        let start = conditionsStart + conditionsLength
        let all =
            TapMessage.all(.request, reading: bytes(start, asked), length: length(.request))
            + TapMessage.all(.response, reading: bytes(start + asked, answered), length: length(.response))
        return all.sorted { ($0.time, $0.side == .request ? 0 : 1) < ($1.time, $1.side == .request ? 0 : 1) }
    }

    /// How many messages there have been, of both sides.
    package var messageCount: UInt64 {
        let (asked, answered) = (
            Int(number(Layout.requestMessages, UInt32.self)), Int(number(Layout.responseMessages, UInt32.self))
        )
        let start = conditionsStart + conditionsLength
        return (asked > 0 ? bytes(start, asked).number(at: 0) as UInt64 : 0)
            + (answered > 0 ? bytes(start + asked, answered).number(at: 0) as UInt64 : 0)
    }
}

/// Which half of an exchange.
package enum TapSide: Sendable, CaseIterable {
    case request, response
}

/// A process that has asked.
package struct TapProcess: Sendable, Equatable, Codable {
    package var pid: Int32
    /// The kernel's short name, at most 15 bytes.
    package var command: String
}

/// One end of a connection.
package struct TapAddress: Sendable, Equatable {
    /// `127.0.0.1`, `::1`; `unix` for a socket file's.
    package let host: String
    package let port: UInt16
    /// 4 or 16; none of a socket file's.
    package let bytes: [UInt8]

    init?(_ bytes: UnsafeRawBufferPointer) {
        let family: CInt
        switch bytes[0] {
        case 4: family = AF_INET
        case 6: family = AF_INET6
        case 1:
            (host, port, self.bytes) = ("unix", 0, [])
            return
        default: return nil
        }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard let start = bytes.baseAddress, inet_ntop(family, start + 4, &text, socklen_t(text.count)) != nil else {
            return nil
        }
        host = text.withUnsafeBytes { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        self.bytes = Array(bytes[4..<(family == AF_INET ? 8 : 20)])
        port = UInt16(littleEndian: bytes.load(fromByteOffset: 2, as: UInt16.self))
    }

    /// `127.0.0.1:3000`, `[::1]:3000`, `unix`.
    package var text: String { host == "unix" ? host : host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension Sequence<UInt8> {
    var hexadecimal: String { reduce(into: "") { $0 += ($1 < 16 ? "0" : "") + String($1, radix: 16) } }
}
