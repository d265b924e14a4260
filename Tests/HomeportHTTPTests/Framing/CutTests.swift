import HTTPTestSupport
import HomeportHTTP
import Testing

/// A verdict is the same wherever the network cut the bytes.
@Suite struct CutTests {
    /// Small, so that a test that tries every cut reaches them.
    static var tight: HTTPLimits {
        var limits = HTTPLimits()
        (limits.requestLine, limits.fields, limits.fieldCount) = (40, 64, 4)
        (limits.chunkLine, limits.trailer) = (12, 24)
        return limits
    }

    static let texts: [String] = [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\n", "\r\r\n", "\rG", "\n",
        "\u{1}\n", "\u{16}\u{3}\u{1}\n", "GET / HTTP/1.1\n", "GET / HTTP/1.1\r\r\n", "GET / HTTP/1.1\r\nHost: a\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\n", "GET / HTTP/1.1\r\nHost: a\r\n\rX\r\n", " GET / HTTP/1.1\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n x\r\n\r\n", "GET / HTTP/1.1\r\n\n", "\r\n\nGET", "\rGET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\nHost: b\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET /x HTTP/1.0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0;x\r\nX: y\r\nZ: w\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;aaaaa\r\nx\r\n1;bbbbbbbb\r\ny\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: 12345678901234567890\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nA: b\r\nA: b\r\nA: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nA: b\r\nA: b\r\nA: b\n",
        "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
    ]

    /// Lines around the limits, by length, with every way in which they can end.
    static let atTheLimits: [String] = {
        let limits = tight
        var texts: [String] = []
        for extra in -2...3 {
            let target = "/" + String(repeating: "x", count: limits.requestLine - 14 + extra)
            let token = String(repeating: "x", count: limits.requestLine + extra)
            let value = String(repeating: "y", count: limits.fields - 9 - 3 + extra)
            for end in ["", "\r", "\r\n", "\n", "\r\r\n", "\rX", "\r\n\r\n", "\r\n\n", "\r\n\rX\n", "\r\nX: y\r\n\r\n"]
            {
                texts.append("GET \(target) HTTP/1.1\(end)")
                texts.append("\r\nGET \(target) HTTP/1.1\(end)")
                texts.append("\(token)\(end)")
                texts.append("\r\(token)\(end)")
                texts.append("GET / HTTP/1.1\r\nHost: a\r\nX: \(value)\(end)")
            }
        }
        return texts
    }()

    @Test func everySingleCutGivesTheSameVerdict() {
        for text in Self.texts + Self.atTheLimits {
            let bytes = Array(text.utf8)
            let whole = Transcript.read(bytes, limits: Self.tight)
            for cut in 1..<max(bytes.count, 2) {
                let read = Transcript.read(bytes, cuts: [cut], limits: Self.tight)
                #expect(read == whole, "\(text.debugDescription) cut at \(cut)")
                if read != whole { break }
            }
        }
    }

    @Test func byteByByteGivesTheSameVerdict() {
        for text in Self.texts + Self.atTheLimits {
            let bytes = Array(text.utf8)
            let read = Transcript.read(bytes, cuts: 1..<max(bytes.count, 1), limits: Self.tight)
            #expect(read == Transcript.read(bytes, limits: Self.tight), "\(text.debugDescription)")
        }
    }

    @Test func everyPairOfCutsInALongExchangeGivesTheSameVerdict() {
        let text = """
            \r\nPOST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n0\r\nX: y\r\n\r\n\
            GET /b HTTP/1.1\r\nHost: b\r\n\r\n
            """
        let bytes = Array(text.utf8)
        let whole = Transcript.read(bytes)
        #expect(whole.messages.count == 2)
        for first in 1..<bytes.count {
            for second in first..<bytes.count {
                guard Transcript.read(bytes, cuts: [first, second]) != whole else { continue }
                Issue.record("cut at \(first) and \(second)")
                return
            }
        }
    }
}
