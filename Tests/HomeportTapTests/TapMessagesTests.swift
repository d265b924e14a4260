import HomeportNet
import NIOCore
import Testing

@testable import HomeportTap

/// Where messages begin in a stream, wherever it was cut; and which of many are kept apart.
struct TapMessagesTests {
    /// Beginnings that a framer finds in `bytes`, cut into pieces of `size`.
    private func starts(_ framer: MessageFramer, _ bytes: [UInt8], pieces size: Int) -> [Int64] {
        var (framer, found) = (framer, [Int64]())
        for start in stride(from: 0, to: bytes.count, by: size) {
            let piece = Array(bytes[start..<min(start + size, bytes.count)])
            piece.withUnsafeBytes { framer.forEachStart(in: $0, at: Int64(start)) { found.append($0) } }
        }
        return found
    }

    /// RFC 6455, section 5.7: its examples, one behind the other.
    private static let frames: [UInt8] =
        [0x81, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F]
        + [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58]
        + [0x01, 0x03, 0x48, 0x65, 0x6C] + [0x80, 0x02, 0x6C, 0x6F]
        + [0x82, 0x7E, 0x01, 0x00] + Array(repeating: 7, count: 256)
        + [0x82, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0] + Array(repeating: 9, count: 65536) + [0x89, 0x00]

    @Test(arguments: [1, 2, 3, 7, 1000, 1 << 20]) func framesBeginWhereTheyDo(size: Int) {
        let found = starts(.webSocket(WebSocketFramer()), Self.frames, pieces: size)
        #expect(found == [0, 7, 18, 23, 27, 287, 65833])
    }

    @Test func aFrameSaysWhatItHolds() throws {
        let masked = try #require(WebSocketFrame(Self.frames[7..<18]))
        #expect(masked.payload == Array("Hello".utf8) && masked.opcode == .text && masked.isFinal)
        let part = try #require(WebSocketFrame(Self.frames[18..<23]))
        #expect(part.payload == Array("Hel".utf8) && !part.isFinal && part.length == 3)
        let cut = try #require(WebSocketFrame(Self.frames[287..<400]))
        #expect(cut.length == 65536 && cut.payload.count == 103)
        #expect(WebSocketFrame([0x82, 0x7F, 0]) == nil && WebSocketFrame([0x82]) == nil)
        #expect(try #require(WebSocketFrame([0xC3, 0x00])).opcode == nil)
        #expect(try #require(WebSocketFrame([0xC1, 0x00])).isCompressed)
    }

    /// What claims a length that no frame may have is no WebSocket, and nothing overflows.
    @Test func aFrameOfNonsenseEndsTheFraming() {
        let bytes = [0x82, 0x7F] + Array(repeating: UInt8(0xFF), count: 8) + Array("more".utf8)
        #expect(starts(.webSocket(WebSocketFramer()), bytes, pieces: 10) == [0, 10])
    }

    @Test(arguments: [1, 2, 5, 100]) func eventsEndWithAnEmptyLine(size: Int) {
        let text = "data: a\n\nid: 1\r\ndata: b\r\n\r\n\r\ndata: c\rdata: d\r\rdata: e\n\n"
        let found = starts(.events(EventFramer()), Array(text.utf8), pieces: size)
        #expect(found == [0, 9, 29, 46])
    }

    @Test func theFirstAndTheLastOfManyAreKept() {
        var log = MessageLog(.pieces)
        for number in 0..<2000 {
            [UInt8](repeating: 1, count: 10).withUnsafeBytes {
                log.take($0, at: Int64(number * 10), time: Int64(number))
            }
        }
        #expect(log.count == 2000 && log.first.count == 512 && log.last.count == 512)
        #expect(log.first.last == .init(offset: 5110, time: 511) && log.firstEnd == 5120)
        #expect(log.last.first == .init(offset: 14880, time: 1488) && log.last.last == .init(offset: 19990, time: 1999))
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: log.size, alignment: 8)
        defer { bytes.deallocate() }
        var end = 0
        log.write(to: bytes, at: &end)
        #expect(end == log.size)
        let all = TapMessage.all(.request, reading: UnsafeRawBufferPointer(bytes), length: 20000)
        #expect(all.count == 1024 && all[511].range == 5110..<5120 && all[512].range == 14880..<14890)
        #expect(all.last == TapMessage(side: .request, number: 2000, time: 1999, range: 19990..<20000))
        #expect(all[512].number == 1489 && all[511].number == 512)
    }

    @Test func conditionsAreReadAsTheyWereWritten() {
        var hits = ConditionHits()
        var hit = ConditionHit(link: "door -> api", condition: "latency", isUp: false)
        (hit.hits, hit.longest, hit.discarded) = (3, 200_000_000, 0)
        hits.add(hit)
        hits.add(ConditionHit(link: String(repeating: "x", count: 400), condition: "drop", isUp: true))
        hits.add(hit)
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: hits.size, alignment: 8)
        defer { bytes.deallocate() }
        var end = 0
        hits.write(to: bytes, at: &end)
        #expect(end == hits.size)
        let read = ConditionHits(reading: UnsafeRawBufferPointer(bytes)).all
        #expect(read.count == 2 && read[0].hits == 6 && read[0].longest == 200_000_000 && !read[0].isUp)
        #expect(read[0].link == "door -> api" && read[1].link.utf8.count == 255 && read[1].isUp)
        for cut in 0..<hits.size {
            _ = ConditionHits(reading: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[..<cut]))
        }
    }
}
