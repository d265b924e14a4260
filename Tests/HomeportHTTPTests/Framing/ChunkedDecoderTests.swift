import HomeportHTTP
import Testing

/// The chunked transfer coding: RFC 9112, section 7.1.
@Suite struct ChunkedDecoderTests {
    enum Verdict: Equatable {
        case whole(body: String, used: Int)
        case unfinished(body: String)
        case refused(Int, Refusal.StaticCode)
    }

    static func decode(
        _ text: String,
        cuts: some Sequence<Int> = EmptyCollection<Int>(),
        limits: HTTPLimits = HTTPLimits()
    ) -> Verdict {
        let bytes = Array(text.utf8)
        var decoder = ChunkedDecoder(limits: limits)
        var body: [UInt8] = []
        var start = 0
        for end in Array(cuts) + [bytes.count] where end > start {
            let piece = Array(bytes[start..<end])
            var offset = 0
            piece: while true {
                switch decoder.next(in: piece.span, from: &offset) {
                case .data(let range): body += piece[range]
                case .needMore: break piece
                case .end: return .whole(body: String(decoding: body, as: UTF8.self), used: start + offset)
                case .refused(let refusal): return .refused(refusal.status, refusal.code)
                }
            }
            #expect(offset == piece.count, "what needs more has used all there was")
            start = end
        }
        return .unfinished(body: String(decoding: body, as: UTF8.self))
    }

    @Test(arguments: [
        ("0\r\n\r\n", ""), ("3\r\nabc\r\n0\r\n\r\n", "abc"), ("00A\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
        ("3;a=b;c=\"d e\"\r\nabc\r\n0;e\r\n\r\n", "abc"), ("3 ;a\r\nabc\r\n0\r\n\r\n", "abc"),
        ("3;\r\nabc\r\n0\r\n\r\n", "abc"),
        ("1\r\na\r\n1\r\nb\r\n0\r\nX: y\r\nZ:\r\n\r\n", "ab"), ("5\r\n\r\n0\r\n\r\n0\r\n\r\n", "\r\n0\r\n"),
        ("0\r\nX:\u{e9}\t\r\n\r\n", ""), ("000000000000000\r\n\r\n", ""),
    ])
    func aBodyIsWholeAndNothingBehindItIsTouched(_ text: String, _ body: String) {
        #expect(Self.decode(text + "GET /") == .whole(body: body, used: text.utf8.count))
    }

    @Test(arguments: [
        "\r\n", "x\r\n", "+3\r\n", "-3\r\n", "0x3\r\n", " 3\r\n", "3_0\r\n", "3\n", "3\rx", "3\u{0}\r\n", "3 \r\n",
        "3 4\r\n",
        "3\r\nabc\n", "3\r\nabcd", "3\r\nabcXX", "3\r\nabc\rX", "3\r\nabc\r\n\r\n", "3;a\n\r\n", "3;a\u{0}\r\n",
        "3;a\r\r\n",
        "0\r\n\n", "0\r\nX\r\n", "0\r\nX : y\r\n", "0\r\n: y\r\n", "0\r\n X: y\r\n", "0\r\nX: y\n",
        "0\r\nX: y\r\n z\r\n",
        "0\r\nX: \u{0}\r\n", "0\r\n\rX", "0\r\nX: y\rZ", "10000000000000000\r\n", "fffffffffffffffffff\r\n",
        "0000000000000003\r\n", ";a\r\n",
    ])
    func whatIsNotExactIsRefused(_ text: String) {
        guard case .refused(400, _) = Self.decode(text + "\r\n0\r\n\r\n") else {
            Issue.record("\(Self.decode(text + "\r\n0\r\n\r\n"))")
            return
        }
    }

    @Test func theLargestSizeIsCountedAndNotOverrun() {
        #expect(Self.decode("fffffffffffffff\r\nabc") == .unfinished(body: "abc"))
    }

    @Test func extensionsAreBoundedByTheirSum() {
        let limit = HTTPLimits().chunkLine
        let piece = "1;" + String(repeating: "x", count: 1023) + "\r\na\r\n"
        let four = String(repeating: piece, count: 4)
        #expect(
            Self.decode("\(four)1;\(String(repeating: "x", count: limit - 4 * 1023))\r\na\r\n0\r\n\r\n")
                == .whole(body: "aaaaa", used: 5 * 7 + limit + 5)
        )
        #expect(
            Self.decode("\(four)1;\(String(repeating: "x", count: limit - 4 * 1023 + 1))\r\na\r\n")
                == .refused(400, "framing.chunk")
        )
        #expect(Self.decode("1" + String(repeating: " ", count: limit + 1)) == .refused(400, "framing.chunk"))
    }

    @Test func trailersAreBounded() {
        let limit = HTTPLimits().trailer
        let line = "X: " + String(repeating: "y", count: limit - 3 - 2 - 2) + "\r\n"
        #expect(Self.decode("0\r\n\(line)\r\n") == .whole(body: "", used: 3 + limit))
        #expect(Self.decode("0\r\nX\(line)\r\n") == .refused(431, "framing.trailer"))
        #expect(Self.decode("0\r\n" + String(repeating: "X", count: limit + 1)) == .refused(431, "framing.trailer"))
    }

    @Test func everyCutGivesTheSameVerdict() {
        let text = "3;a=\"b;c\"\r\nabc\r\n0a\r\n0123456789\r\n0;x\r\nX: y\r\nZ: w\r\n\r\nGET"
        let whole = Self.decode(text)
        #expect(whole == .whole(body: "abc0123456789", used: text.utf8.count - 3))
        for first in 1..<text.utf8.count {
            for second in first..<text.utf8.count {
                #expect(Self.decode(text, cuts: [first, second]) == whole)
            }
        }
        #expect(Self.decode(text, cuts: 1..<text.utf8.count) == whole)
    }

    @Test func aBodyOfKnownLengthTakesThatManyBytesAndNoMore() {
        var decoder = BodyDecoder(RequestHead.Body.length(5), limits: HTTPLimits())
        var offset = 0
        let first = Array("abc".utf8)
        let second = Array("deGET".utf8)
        #expect(decoder.next(in: first.span, from: &offset) == .data(0..<3))
        #expect(decoder.next(in: first.span, from: &offset) == .needMore)
        offset = 0
        #expect(decoder.next(in: second.span, from: &offset) == .data(0..<2))
        #expect(decoder.next(in: second.span, from: &offset) == .end)
        #expect(offset == 2)
    }
}
