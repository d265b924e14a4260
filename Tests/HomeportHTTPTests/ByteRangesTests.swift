import Testing

@testable import HomeportHTTP

/// RFC 9110, section 14.
@Suite struct ByteRangesTests {
    private func judge(_ field: String, length: Int64 = 1000) -> ByteRanges.Verdict {
        ByteRanges.judge(Array(field.utf8).span, length: length)
    }

    @Test func oneRange() {
        #expect(judge("bytes=0-0") == .one(0..<1))
        #expect(judge("bytes=10-19") == .one(10..<20))
        #expect(judge("bytes=999-") == .one(999..<1000))
        #expect(judge("bytes=0-") == .one(0..<1000))
        #expect(judge("bytes=-1") == .one(999..<1000))
        #expect(judge("BYTES=1-2") == .one(1..<3), "range units are case-insensitive")
    }

    @Test func beyondTheEndIsClamped() {
        #expect(judge("bytes=990-2000") == .one(990..<1000))
        #expect(judge("bytes=-5000") == .one(0..<1000))
    }

    @Test func outsideTheFileCannotBeSatisfied() {
        #expect(judge("bytes=1000-") == .unsatisfiable)
        #expect(judge("bytes=1000-1001") == .unsatisfiable)
        #expect(judge("bytes=-0") == .unsatisfiable)
        #expect(judge("bytes=1000-,2000-") == .unsatisfiable)
    }

    @Test func backwardIsRefused() {
        #expect(judge("bytes=5-4") == .unsatisfiable)
        #expect(judge("bytes=0-1,5-4") == .unsatisfiable)
    }

    @Test(arguments: [
        "", "bytes", "bytes=", "bytes=,", "bytes=a-b", "bytes=1", "bytes=--1", "bytes=1-2-3", "bytes=0x1-2",
        "bytes=+1-2", "bytes=1.0-2", "bytes=0-1;5-6", "bytes=-", "bytes=0-1,x", "items=0-1", "bytes 0-1", "=0-1",
    ])
    func whatIsNoRangeIsIgnored(field: String) {
        #expect(judge(field) == .all)
    }

    @Test func anEmptyFileIsSentWhole() {
        for field in ["bytes=0-", "bytes=0-0", "bytes=-1", "bytes=-0"] { #expect(judge(field, length: 0) == .all) }
    }

    @Test func numbersOfAnySizeAreNumbers() {
        let huge = "99999999999999999999999999"
        #expect(judge("bytes=0-\(huge)") == .one(0..<1000))
        #expect(judge("bytes=-\(huge)") == .one(0..<1000))
        #expect(judge("bytes=\(huge)-") == .unsatisfiable)
        #expect(judge("bytes=\(huge)-\(huge)") == .unsatisfiable)
        #expect(judge("bytes=9223372036854775807-9223372036854775807") == .unsatisfiable)
        #expect(judge("bytes=000000000000000000000000001-2") == .one(1..<3))
    }

    @Test func theLargestFileDoesNotOverflow() {
        let length = Int64.max
        #expect(judge("bytes=0-", length: length) == .one(0..<length))
        #expect(judge("bytes=-1", length: length) == .one(length - 1..<length))
        #expect(judge("bytes=9223372036854775806-9223372036854775807", length: length) == .one(length - 1..<length))
        #expect(judge("bytes=0-,0-,0-", length: length) == .all)
        #expect(judge("bytes=0-,-1", length: length) == .all)
        let far: Range<Int64> = 4_294_967_296..<4_294_967_298
        #expect(judge("bytes=0-0,4294967296-4294967297", length: length) == .several([0..<1, far]))
    }

    @Test func severalStandInTheOrderAskedFor() {
        #expect(judge("bytes=10-19,0-4") == .several([10..<20, 0..<5]))
        #expect(judge("bytes=0-4 , ,-5") == .several([0..<5, 995..<1000]))
    }

    @Test func onlyOneOfSeveralIsNoMultipart() {
        #expect(judge("bytes=0-4,2000-") == .one(0..<5))
        #expect(judge("bytes=0-4,-0") == .one(0..<5))
    }

    @Test func whoAsksForTooMuchGetsTheWhole() {
        #expect(judge("bytes=0-,0-") == .all, "more bytes than there are")
        #expect(judge("bytes=0-9,5-14,7-16") == .all, "more than two that overlap")
        #expect(judge("bytes=0-9,5-14") == .several([0..<10, 5..<15]))
        let most = (0..<ByteRanges.mostParts).map { "\($0 * 4)-\($0 * 4)" }.joined(separator: ",")
        #expect(judge("bytes=" + most) != .all)
        #expect(judge("bytes=" + most + ",999-999") == .all, "too many parts")
    }
}
