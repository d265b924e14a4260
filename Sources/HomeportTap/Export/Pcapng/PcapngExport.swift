import HomeportCore
import HomeportNet

/// Exchanges as a packet capture of both sides of Homeport: interface `client` is what clients and Homeport sent each other, `service` what
/// Homeport and services did.
///
/// The bytes and their times are those that were recorded; packets are made for them (``TCPConversation``). A body that was chunked is one
/// chunk here; one that is not kept whole is there with its true length, and its missing bytes are missing. Comments name the exchange,
/// and what conditions did to it. Of what went through a link's own port, the client's side is there.
/// With secrets redacted, a field's value is stars of the same length, so that lengths stay true.
package struct PcapngExport: TapExport {
    package static let fileName: StaticString = "homeport.pcapng"
    package static let mediaType: StaticString = "application/x-pcapng"

    private struct Ends: Hashable {
        var interface: UInt32
        var client, server: TCPConversation.End
    }

    private let redaction: Redaction
    private var writer = PcapngWriter()
    private var conversations: [Ends: TCPConversation] = [:]
    /// In the order in which they were first seen.
    private var order: [Ends] = []

    package init(_ redaction: Redaction) { self.redaction = redaction }

    package mutating func begin() -> [UInt8] {
        writer.section(by: "homeport \(HomeportVersion.current)")
        writer.interface("client", "between clients and Homeport")
        writer.interface("service", "between Homeport and services")
        return writer.take()
    }

    package mutating func entry(_ row: TapRow, in store: TapStore) -> [UInt8] {
        let times = row.times
        func moment(_ time: Int64?) -> Int64 { times.began + (time ?? times.ended ?? 0) }
        if let client = row.client, let local = row.local {
            var side = Side(0, client, local, Self.note(row))
            guard row.kind != .udp else {
                datagrams(side, row, store)
                return writer.take()
            }
            add(row.requestHead, .request, of: row, store, at: times.began, moment(times.asked ?? 0), to: &side)
            add(row.responseHead, .response, of: row, store, at: moment(times.headed), moment(times.ended), to: &side)
            if !row.kind.isHTTP { side.add(row, store) }
            write(side)
        }
        if let own = row.upstreamLocal, let service = row.upstream, !row.sentHead.isEmpty {
            var side = Side(1, own, service, Self.note(row))
            let (connected, answered) = (moment(times.connected), moment(times.answered))
            add(
                row.sentHead,
                .request,
                of: row,
                store,
                at: connected,
                moment(times.asked ?? times.connected),
                to: &side
            )
            add(row.receivedHead, .response, of: row, store, at: answered, moment(times.ended), to: &side)
            if !row.kind.isHTTP { side.add(row, store) }
            write(side)
        }
        return writer.take()
    }

    private func add(
        _ head: [UInt8],
        _ part: TapSide,
        of row: TapRow,
        _ store: TapStore,
        at began: Int64,
        _ ended: Int64,
        to side: inout Side
    ) {
        let body = row.kind.isHTTP ? store.body(part, of: row) : TapBody(length: 0)
        side.add(fromClient: part == .request, shown(head), body, at: began, ended)
    }

    /// `exchange #7 of curl (pid 812) to api; latency of door -> api held it back by 200 ms`.
    private static func note(_ row: TapRow) -> String {
        let conditions = row.conditions.map { hit in
            var text = "\(hit.condition) of \(hit.link) hit it"
            if hit.longest > 0 { text = "\(hit.condition) of \(hit.link) held it back by \(hit.longest / 1000) us" }
            return text + (hit.discarded > 0 ? ", \(hit.discarded) bytes thrown away" : "")
        }
        let who = row.process.map { " of \($0.command) (pid \($0.pid))" } ?? ""
        let what = "exchange #\(row.id)\(who)" + (row.service.map { " to \($0)" } ?? "")
        return ([what] + conditions).joined(separator: "; ")
    }

    /// More fits no packet.
    private static let mostDatagram: Int64 = 65_507

    /// Datagrams are packets already.
    private mutating func datagrams(_ side: Side, _ row: TapRow, _ store: TapStore) {
        for (index, message) in row.messages.enumerated() {
            let fromClient = message.side == .request
            let (source, target) = fromClient ? (side.client.end, side.server.end) : (side.server.end, side.client.end)
            let length = Int(min(Self.mostDatagram, message.range.upperBound - message.range.lowerBound))
            let payload = Array(store.bytes(of: message, in: row).prefix(length))
            var udp: [UInt8] = []
            udp.append(big: source.port)
            udp.append(big: target.port)
            udp.append(big: UInt16(truncatingIfNeeded: 8 + length))
            udp += [0, 0]
            let packet = IPPacket(
                17,
                from: source,
                to: target,
                udp,
                sumAt: 6,
                payload,
                missing: length - payload.count,
                identification: UInt16(truncatingIfNeeded: index + 1),
                at: row.began + message.time
            )
            writer.packet(
                on: side.interface,
                at: packet.time,
                packet.bytes,
                length: packet.length,
                comment: index == 0 ? side.note : nil
            )
        }
    }

    package mutating func end() -> [UInt8] {
        for ends in order {
            for packet in conversations[ends]?.close() ?? [] {
                writer.packet(on: ends.interface, at: packet.time, packet.bytes, length: packet.length, comment: nil)
            }
        }
        return writer.take()
    }

    // MARK: One side

    /// Bytes that were sent at once, and how many more there were behind them that are not kept.
    private struct Part {
        var fromClient: Bool
        var bytes: [UInt8]
        var gap: Int64 = 0
        var time: Int64
    }

    private struct Side {
        let interface: UInt32
        let client, server: TapAddress
        let note: String
        var parts: [Part] = []

        init(_ interface: UInt32, _ client: TapAddress, _ server: TapAddress, _ note: String) {
            (self.interface, self.client, self.server, self.note) = (interface, client, server, note)
        }

        mutating func add(fromClient: Bool, _ head: [UInt8], _ body: TapBody, at began: Int64, _ ended: Int64) {
            guard !head.isEmpty else { return }
            parts.append(Part(fromClient: fromClient, bytes: head, time: began))
            let isChunked = TapFields(head).values(of: "transfer-encoding").contains { $0.lowercased() == "chunked" }
            guard body.length > 0 || isChunked else { return }
            func send(_ bytes: [UInt8], gap: Int64 = 0) -> Part {
                Part(fromClient: fromClient, bytes: bytes, gap: gap, time: ended)
            }
            if isChunked, body.length > 0 { parts.append(send(Array("\(String(body.length, radix: 16))\r\n".utf8))) }
            parts.append(send(body.head, gap: body.length - Int64(body.head.count + body.tail.count)))
            parts.append(send(body.tail))
            if isChunked { parts.append(send(Array((body.length > 0 ? "\r\n0\r\n\r\n" : "0\r\n\r\n").utf8))) }
        }

        /// What passed as a stream, message by message; between those that can be told apart, what is missing is missing.
        mutating func add(_ row: TapRow, _ store: TapStore) {
            var sent: [TapSide: Int64] = [:]
            for message in row.messages {
                let (fromClient, time) = (message.side == .request, row.began + message.time)
                let before = message.range.lowerBound - sent[message.side, default: 0]
                if before > 0 { parts.append(Part(fromClient: fromClient, bytes: [], gap: before, time: time)) }
                let bytes = store.bytes(of: message, in: row)
                let gap = message.range.upperBound - message.range.lowerBound - Int64(bytes.count)
                parts.append(Part(fromClient: fromClient, bytes: bytes, gap: gap, time: time))
                sent[message.side] = message.range.upperBound
            }
        }
    }

    private mutating func write(_ side: Side) {
        guard let first = side.parts.first else { return }
        let ends = Ends(interface: side.interface, client: side.client.end, server: side.server.end)
        var conversation: TCPConversation
        if let known = conversations[ends] {
            conversation = known
        } else {
            conversation = TCPConversation(from: ends.client, to: ends.server)
            order.append(ends)
        }
        var packets = conversation.open(at: first.time)
        let start = packets.count
        for part in side.parts {
            packets += conversation.send(fromClient: part.fromClient, part.bytes[...], gap: part.gap, at: part.time)
        }
        conversations[ends] = conversation
        for (index, packet) in packets.enumerated() {
            let comment = index == start ? side.note : nil
            writer.packet(on: side.interface, at: packet.time, packet.bytes, length: packet.length, comment: comment)
        }
    }

    /// A head whose secrets are stars.
    private func shown(_ head: [UInt8]) -> [UInt8] {
        guard !head.isEmpty else { return head }
        var head = head
        var start = 0
        while let end = head[start...].firstIndex(of: UInt8(ascii: "\n")) {
            if let colon = head[start..<end].firstIndex(of: UInt8(ascii: ":")),
                redaction.isSecret(String(decoding: head[start..<colon], as: UTF8.self))
            {
                for index in colon + 1..<end where head[index] > 0x20 { head[index] = UInt8(ascii: "*") }
            }
            start = end + 1
        }
        return head
    }
}

extension TapAddress {
    fileprivate var end: TCPConversation.End { .init(address: bytes.isEmpty ? [127, 0, 0, 1] : bytes, port: port) }
}
