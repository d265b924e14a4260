import NIOCore
import Testing

@testable import HomeportTap

/// The packed bytes were made by Python's gzip and zlib.
struct PlainBodyTests {
    private static let words = Array("hello hello hello hello".utf8)
    private static let deflated: [UInt8] = [203, 72, 205, 201, 201, 87, 200, 64, 39, 1]
    private static let gzip: [UInt8] =
        [31, 139, 8, 0, 0, 0, 0, 0, 2, 3] + deflated + [227, 81, 61, 141, 23, 0, 0, 0]
    private static let zlib: [UInt8] = [120, 156] + deflated + [104, 3, 8, 177]
    private static let twice: [UInt8] = [
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 147, 239, 230, 96, 0, 1, 38, 230, 211, 30, 103, 79, 158, 12, 63, 225, 160, 206,
        248, 56, 208, 182, 87, 28, 40, 6, 0, 68, 99, 102, 12, 28, 0, 0, 0,
    ]

    private func plain(_ bytes: [UInt8], _ codings: String..., isWhole: Bool = true, most: Int = PlainBody.most)
        -> PlainBody
    {
        PlainBody(bytes, isWhole: isWhole, codings: codings, most: most)
    }

    @Test func whatWasSentAsItIsStaysSo() {
        for codings in [[], ["identity"], [""]] {
            let body = PlainBody(Self.words, isWhole: true, codings: codings)
            #expect(body == PlainBody(bytes: Self.words, isWhole: true))
        }
    }

    @Test func eachFrameIsUnpacked() {
        for (bytes, coding) in [
            (Self.gzip, "gzip"), (Self.gzip, "X-GZip"), (Self.zlib, "deflate"), (Self.deflated, "deflate"),
        ] {
            let body = plain(bytes, coding)
            #expect(body.bytes == Self.words)
            #expect(body.isWhole)
            #expect(body.note == "unpacked from \(coding.lowercased())")
        }
    }

    @Test func oneCodingInTheOtherIsUndone() {
        #expect(plain(Self.twice, "gzip, gzip").bytes == Self.words)
        #expect(plain(Self.twice, "gzip", "gzip").note == "unpacked from gzip, gzip")
        // The inner one stays.
        let body = plain(Self.gzip, "br, gzip")
        #expect(body.bytes == Self.words)
        #expect(body.note == "as it was sent, in br")
    }

    @Test func whatWasPackedInPartsIsOneBody() {
        let body = plain(Self.gzip + Self.gzip + [0, 0], "gzip")
        #expect(body.bytes == Self.words + Self.words)
        #expect(body.isWhole)
    }

    @Test func whatIsNotKnownStaysAsItWasSent() {
        let body = plain([1, 2, 3], "zstd")
        #expect(body.bytes == [1, 2, 3])
        #expect(body.note == "as it was sent, in zstd")
        #expect(plain(Self.words, "gzip").bytes == Self.words)
        #expect(plain(Self.words, "gzip").note == "as it was sent: it is no gzip")
    }

    @Test func whatIsCutIsUnpackedAsFarAsItGoes() {
        let kept = plain(Array(Self.gzip.dropLast(9)), "gzip", isWhole: false)
        #expect(Self.words.starts(with: kept.bytes) && !kept.bytes.isEmpty)
        #expect(!kept.isWhole)
        #expect(kept.note == "unpacked from gzip, as far as it is kept")
        #expect(plain(Array(Self.gzip.dropLast(9)), "gzip").note == "unpacked from gzip, which ends too early")
        var broken = Self.gzip
        broken[broken.count - 5] ^= 1
        #expect(plain(broken, "gzip").note == "unpacked from gzip, which is broken behind that")
    }

    @Test func noMoreIsMadeThanIsWanted() {
        let body = plain(Self.gzip, "gzip", most: 10)
        #expect(body.bytes == Array(Self.words.prefix(10)))
        #expect(!body.isWhole)
        #expect(body.note == "unpacked from gzip, the first 10 bytes of more")
        #expect(plain(Self.gzip, "gzip", most: Self.words.count).isWhole)
        // Codings by the hundred are somebody's play.
        #expect(plain(Self.twice, String(repeating: "gzip,", count: 1000)).note?.isEmpty == false)
    }

    @Test func anythingMayBeCalledPacked() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<3000 {
            var bytes = [Self.gzip, Self.zlib, Self.twice].randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let body = plain(
                bytes,
                ["gzip", "deflate", "gzip, deflate"].randomElement(using: &random) ?? "",
                most: 1000
            )
            #expect(body.bytes.count <= 1000)
        }
    }

    @Test func aFilterAndAMockLookIntoIt() throws {
        let store = TapStore()
        var record = TapRecord.get("/packed")
        record.heads = Array(
            "GET /packed HTTP/1.1\r\n\r\nHTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n".utf8
        )
        record.requestHead = 24
        record.response.append(ByteBuffer(bytes: Self.gzip))
        store.add(record, as: nil)
        let row = try #require(store.row(1))
        for (text, isFound) in [
            ("body~\"hello hello\"", true), ("response.body~HELLO", true), ("request.body~hello", false),
            ("body~goodbye", false), ("body!~hello", false),
        ] {
            #expect(try TapFilter(parsing: text).matches(row, in: store) == isFound, "\(text)")
        }
        #expect(try MockExport().text(row, in: store).contains("hello hello"))
    }
}
