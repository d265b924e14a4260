import NIOCore
import Testing

@testable import HomeportTap

/// What leaves for other tools.
struct TapExportTests {
    private let store = TapStore()

    private func row(
        _ request: String,
        _ response: String = "HTTP/1.1 200 OK\r\n\r\n",
        body: [UInt8] = [],
        answer: [UInt8] = []
    ) throws -> TapRow {
        var record = TapRecord()
        record.heads = Array((request + response).utf8)
        record.requestHead = request.utf8.count
        let words = request.prefix { $0 != "\r\n" }.split(separator: " ", omittingEmptySubsequences: false)
        let start = words[0].utf8.count + 1
        record.method = 0..<words[0].utf8.count
        record.target = start..<start + words[1].utf8.count
        record.path = record.target
        if let host = request.firstRange(of: "Host: ") {
            let place = request.utf8.distance(from: request.startIndex, to: host.upperBound)
            record.authority = place..<place + request[host.upperBound...].prefix { $0 != "\r\n" }.utf8.count
        }
        (record.began, record.ended, record.status, record.isComplete) = (1, 2, 200, true)
        if !body.isEmpty { record.request.append(ByteBuffer(bytes: body)) }
        if !answer.isEmpty { record.response.append(ByteBuffer(bytes: answer)) }
        store.add(record, as: nil)
        return try #require(store.row(store.range.upperBound - 1))
    }

    private func curl(_ row: TapRow, _ redaction: Redaction = .secrets) -> String {
        CurlExport(redaction).text(row, in: store)
    }

    @Test func whatTheShellWouldObeyIsQuoted() throws {
        let row = try row(
            "POST /it's?$(id) HTTP/1.1\r\nHost: a:1\r\nX: `'`\r\nContent-Type: t\r\n\r\n",
            body: Array("@it's $HOME".utf8)
        )
        #expect(
            curl(row)
                == #"curl --globoff --path-as-is -X 'POST' 'http://a:1/it'\''s?$(id)' -H 'X: `'\''`' -H 'Content-Type: t'"#
                + #" -H 'Accept:' -H 'User-Agent:' --data-raw '@it'\''s $HOME'"# + "\n"
        )
    }

    @Test func secretsStayUnlessAskedFor() throws {
        let row = try row("GET / HTTP/1.1\r\nHost: a\r\nauthorization: Basic x\r\nCOOKIE: s=1\r\n\r\n")
        #expect(!curl(row).contains("Basic x") && !curl(row).contains("s=1"))
        #expect(curl(row, .none).contains("-H 'authorization: Basic x' -H 'COOKIE: s=1'"))
        var export = HARExport(.secrets)
        let text = String(decoding: export.entry(row, in: store), as: UTF8.self)
        #expect(!text.contains("Basic x") && !text.contains("s=1") && text.contains("[redacted]"))
    }

    @Test func bytesThatAreNoTextAreBase64() throws {
        for (bytes, base64) in [
            ([0xFF], "/w=="), ([0xFF, 0xFE], "//4="), ([0xFF, 0xFE, 0xFD], "//79"), ([0, 255, 16, 131], "AP8Qgw=="),
        ] as [([UInt8], String)] {
            var writer = JSONBytes()
            writer.base64(bytes)
            #expect(String(decoding: writer.take(), as: UTF8.self) == "\"\(base64)\"")
        }
    }

    @Test func textIsEscapedAsJSONWantsIt() {
        var writer = JSONBytes()
        writer.string("a\"\\\n\r\t\u{1}é\u{7F}")
        #expect(String(decoding: writer.take(), as: UTF8.self) == #""a\"\\\n\r\t\u0001é\u007f""#)
        for (time, text) in [(0, "0"), (999, "0"), (1_000, "0.001"), (1_500_000, "1.500"), (20_000_000, "20")]
            as [(Int64, String)]
        {
            writer.milliseconds(time)
            #expect(String(decoding: writer.take(), as: UTF8.self) == text)
        }
    }

    @Test func timingsAddUpWhateverIsKnown() {
        var times = TapTimes(began: 5)
        times.ended = 900_999
        #expect(HARTimings(times).sum == 900_000 && HARTimings(times).connect == nil)
        times = TapTimes(
            began: 5,
            asked: 50_000,
            dialled: 10_000,
            connected: 30_000,
            answered: 70_000,
            headed: 80_000,
            ended: 100_000
        )
        let timings = HARTimings(times)
        #expect((timings.blocked, timings.connect) == (10_000, 20_000))
        #expect((timings.send, timings.wait, timings.receive) == (20_000, 30_000, 20_000))
        // A body that was still being sent when the answer came.
        times.asked = 90_000
        #expect(HARTimings(times).sum == 100_000)
    }

    @Test(arguments: [4, 16])
    func everyPacketAddsUp(width: Int) {
        let (near, far) = ([UInt8](repeating: 1, count: width), [UInt8](repeating: 2, count: width))
        var conversation = TCPConversation(
            from: .init(address: near, port: 50_000),
            to: .init(address: far, port: 80)
        )
        var packets = conversation.open(at: 5)
        #expect(conversation.open(at: 6).isEmpty)
        packets += conversation.send(fromClient: true, Array(repeating: 7, count: 40_001)[...], at: 10)
        packets += conversation.send(fromClient: false, [1, 2, 3], gap: 20_000, at: 9)
        packets += conversation.close()
        // Handshake; three segments and what acknowledges them; one and two that are not kept; the end.
        #expect(packets.count == 3 + 6 + 2 + 4 + 4)
        #expect(packets.map(\.time) == packets.map(\.time).sorted())
        let header = width == 4 ? 20 : 40
        for packet in packets where packet.bytes.count == packet.length {
            let tcp = Array(packet.bytes[header...])
            let pseudo =
                Array(packet.bytes[(width == 4 ? 12 : 8)..<header]) + [
                    0, 6, UInt8(tcp.count >> 8), UInt8(tcp.count & 0xFF),
                ]
            #expect(IPPacket.sum(pseudo + tcp) == 0)
            if width == 4 { #expect(IPPacket.sum(Array(packet.bytes[..<20])) == 0) }
        }
        func number(_ packet: TCPConversation.Packet, at place: Int) -> UInt32 {
            packet.bytes[header + place..<header + place + 4].reduce(0) { $0 << 8 | UInt32($1) }
        }
        let ends = packets.suffix(4)
        // Both sides have had every byte, those that are missing among them, and SYN and FIN count as one.
        #expect(number(ends[ends.startIndex], at: 4) == 2_000 + 1 + 20_003)
        #expect(number(ends[ends.startIndex + 3], at: 8) == 1_000 + 1 + 40_001 + 1)
    }

    @Test func aGapOfAnySizeFillsNothing() {
        let end = TCPConversation.End(address: [127, 0, 0, 1], port: 1)
        var conversation = TCPConversation(from: end, to: end)
        _ = conversation.open(at: 1)
        #expect(conversation.send(fromClient: true, [], gap: 1 << 50, at: 2).isEmpty)
        let after = conversation.send(fromClient: true, [1], at: 3)
        #expect(after[0].bytes[24..<28].reduce(0) { $0 << 8 | UInt32($1) } == 1_001)
    }

    @Test func whatATerminalWouldObeyIsNotInALine() throws {
        let row = try row("POST / HTTP/1.1\r\nHost: a\r\n\r\n", body: Array("x\u{1B}[2J".utf8))
        #expect(curl(row).contains("--data-binary @request-1.bin") && !curl(row).contains("\u{1B}"))
    }

    @Test func aCaptureBeginsAsTheFormatWantsIt() {
        var export = PcapngExport(.secrets)
        let bytes = export.begin()
        #expect(
            Array(bytes.prefix(4)) == [0x0A, 0x0D, 0x0D, 0x0A] && Array(bytes[8..<12]) == [0x4D, 0x3C, 0x2B, 0x1A]
        )
        var (place, types) = (0, [UInt32]())
        func number(_ at: Int) -> UInt32 { bytes[at..<at + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) } }
        while place < bytes.count {
            types.append(number(place))
            let length = Int(number(place + 4))
            #expect(length % 4 == 0 && number(place + length - 4) == UInt32(length))
            place += length
        }
        #expect(types == [0x0A0D_0D0A, 1, 1] && place == bytes.count)
        #expect(export.end().isEmpty)
    }

    @Test func cookiesAreTakenApart() {
        var writer = JSONBytes()
        HARCookie("id=7=8; Path=/a; DOMAIN=x; expires=Sun, 06 Nov 1994 08:49:37 GMT; secure").write(to: &writer)
        #expect(
            String(decoding: writer.take(), as: UTF8.self)
                == #"{"name":"id","value":"7=8","path":"/a","domain":"x","expires":"1994-11-06T08:49:37Z","httpOnly":false,"secure":true}"#
        )
        HARCookie("").write(to: &writer)
        #expect(
            String(decoding: writer.take(), as: UTF8.self) == #"{"name":"","value":"","httpOnly":false,"secure":false}"#
        )
    }
}
