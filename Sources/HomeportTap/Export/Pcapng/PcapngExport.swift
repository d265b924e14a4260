import HomeportCore

/// Exchanges as a packet capture of both sides of Homeport: interface `client` is what clients and Homeport sent each other, `service` what
/// Homeport and services did.
///
/// The bytes and their times are those that were recorded; packets are made for them (``TCPConversation``). A body that was chunked is one
/// chunk here; one that is not kept whole is there with its true length, and its missing bytes are missing. Comments name the exchange.
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
        guard !row.requestHead.isEmpty else { return [] }
        let times = row.times
        func moment(_ time: Int64?) -> Int64 { times.began + (time ?? times.ended ?? 0) }
        let (request, response) = (store.body(.request, of: row), store.body(.response, of: row))
        let note = "exchange #\(row.id)" + (row.service.map { " to \($0)" } ?? "")
        if let client = row.client, let local = row.local {
            var side = Side(0, client, local, note)
            side.add(fromClient: true, row.requestHead, request, at: times.began, until: moment(times.asked ?? 0))
            side.add(
                fromClient: false,
                row.responseHead,
                response,
                at: moment(times.headed),
                until: moment(times.ended)
            )
            write(side)
        }
        if let own = row.upstreamLocal, let service = row.upstream {
            var side = Side(1, own, service, note)
            side.add(
                fromClient: true,
                row.sentHead,
                request,
                at: moment(times.connected),
                until: moment(times.asked ?? times.connected)
            )
            side.add(
                fromClient: false,
                row.receivedHead,
                response,
                at: moment(times.answered),
                until: moment(times.ended)
            )
            write(side)
        }
        return writer.take()
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

    private struct Message {
        var fromClient: Bool
        var head: [UInt8]
        var body: TapBody
        var began, ended: Int64
    }

    private struct Side {
        let interface: UInt32
        let client, server: TapAddress
        let note: String
        var messages: [Message] = []

        init(_ interface: UInt32, _ client: TapAddress, _ server: TapAddress, _ note: String) {
            (self.interface, self.client, self.server, self.note) = (interface, client, server, note)
        }

        mutating func add(fromClient: Bool, _ head: [UInt8], _ body: TapBody, at began: Int64, until ended: Int64) {
            guard !head.isEmpty else { return }
            messages.append(Message(fromClient: fromClient, head: head, body: body, began: began, ended: ended))
        }
    }

    private mutating func write(_ side: Side) {
        guard let first = side.messages.first else { return }
        let ends = Ends(interface: side.interface, client: side.client.end, server: side.server.end)
        var conversation: TCPConversation
        if let known = conversations[ends] {
            conversation = known
        } else {
            conversation = TCPConversation(from: ends.client, to: ends.server)
            order.append(ends)
        }
        var packets = conversation.open(at: first.began)
        let start = packets.count
        for message in side.messages {
            packets += conversation.send(fromClient: message.fromClient, shown(message.head)[...], at: message.began)
            let isChunked = TapFields(message.head).values(of: "transfer-encoding").contains {
                $0.lowercased() == "chunked"
            }
            let body = message.body
            guard body.length > 0 || isChunked else { continue }
            func send(_ bytes: [UInt8], gap: Int64 = 0) {
                packets += conversation.send(fromClient: message.fromClient, bytes[...], gap: gap, at: message.ended)
            }
            if isChunked, body.length > 0 { send(Array("\(String(body.length, radix: 16))\r\n".utf8)) }
            send(body.head, gap: body.length - Int64(body.head.count + body.tail.count))
            send(body.tail)
            if isChunked { send(Array((body.length > 0 ? "\r\n0\r\n\r\n" : "0\r\n\r\n").utf8)) }
        }
        conversations[ends] = conversation
        for (index, packet) in packets.enumerated() {
            let comment = index == start ? side.note : nil
            writer.packet(on: side.interface, at: packet.time, packet.bytes, length: packet.length, comment: comment)
        }
    }

    /// A head whose secrets are stars.
    private func shown(_ head: [UInt8]) -> [UInt8] {
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
