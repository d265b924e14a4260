import NIOCore
import Testing

@testable import HomeportHTTP

@Suite struct ResponseParserTests {
    private enum Reading: Equatable {
        case incomplete
        case refused(Refusal.StaticCode)
        case head(status: Int, body: ReceivedHead.Body, keepsAlive: Bool, fields: Int)
    }

    /// - Parameter cut: Where the network divided the bytes.
    private func read(_ text: String, to method: Method = .get, cut: Int? = nil) -> Reading {
        var (parser, head) = (ResponseParser(limits: HTTPLimits()), ReceivedHead())
        let all = Array(text.utf8)
        for end in [cut, all.count].compactMap({ $0 }) {
            let bytes = ByteBuffer(bytes: all.prefix(end))
            switch parser.parse(bytes.readableBytesUInt8Span, into: &head) {
            case .incomplete: continue
            case .refused(let refusal): return .refused(refusal.code)
            case .complete(let length):
                let whole = bytes.getSlice(at: 0, length: length) ?? ByteBuffer()
                if let refusal = head.settleFraming(in: whole, method: method) { return .refused(refusal.code) }
                return .head(
                    status: head.status,
                    body: head.body,
                    keepsAlive: head.keepsAlive,
                    fields: head.fields.lines.count
                )
            }
        }
        return .incomplete
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 200, ReceivedHead.Body.length(5), true, 1),
        ("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", 200, .none, true, 1),
        ("HTTP/1.1 404 \r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\n", 404, .chunked, true, 2),
        ("HTTP/1.1 200 OK\r\n\r\n", 200, .untilEnd, false, 0),
        ("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n", 200, .length(5), false, 1),
        ("HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\n", 200, .length(5), true, 2),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: a, Close\r\n\r\n", 200, .length(5), false, 2),
        ("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", 204, .none, true, 1),
        ("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304, .none, true, 1),
        ("HTTP/1.1 101 Switching\r\n\r\n", 101, .none, true, 0),
    ])
    func whatAHeadSays(text: String, status: Int, body: ReceivedHead.Body, keepsAlive: Bool, fields: Int) {
        let wanted = Reading.head(status: status, body: body, keepsAlive: keepsAlive, fields: fields)
        for cut in 1..<text.utf8.count { #expect(read(text, cut: cut) == wanted, "cut at \(cut)") }
        #expect(read(text) == wanted)
    }

    @Test func toHeadThereIsNoBody() {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
        #expect(read(text, to: .head) == .head(status: 200, body: .none, keepsAlive: true, fields: 1))
    }

    @Test(arguments: [
        ("SSH-2.0-OpenSSH\r\n", Refusal.StaticCode("framing.status-line")), ("x", "framing.status-line"),
        ("\u{15}\u{3}\u{3}", "framing.tls"), ("HTTP/2 200 OK\r\n", "framing.status-line"),
        ("HTTP/1.1 OK\r\n\r\n", "framing.status-line"), ("HTTP/1.1 99 X\r\n\r\n", "framing.status-line"),
        ("HTTP/1.1 2000\r\n\r\n", "framing.status-line"), ("HTTP/1.1 200 a\u{1}\r\n\r\n", "framing.status-line"),
        ("HTTP/1.1 200 OK\n\n", "framing.bare-lf"), ("HTTP/1.1 200 OK\r\n a: b\r\n\r\n", "framing.fold"),
        ("HTTP/1.1 200 OK\r\na : b\r\n\r\n", "framing.field-name"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", "framing.length"),
        ("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", "framing.length"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "framing.length"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "framing.coding"),
        ("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "framing.coding"),
    ])
    func whatIsNoAnswerToBeTrusted(text: String, code: Refusal.StaticCode) {
        for cut in 1...text.utf8.count { #expect(read(text, cut: cut) == .refused(code), "cut at \(cut)") }
    }

    @Test func aHeadWithoutEndIsRefused() {
        #expect(read("HTTP/1.1 200 " + String(repeating: "a", count: 20_000)) == .refused("framing.status-line"))
        #expect(read("HTTP/1.1 200 OK\r\nA: " + String(repeating: "a", count: 70_000)) == .refused("framing.fields"))
    }
}
