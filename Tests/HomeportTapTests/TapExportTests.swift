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
