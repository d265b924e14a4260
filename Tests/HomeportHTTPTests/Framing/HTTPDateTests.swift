import HomeportHTTP
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Dates: RFC 9110, section 5.6.7.
@Suite struct HTTPDateTests {
    static let now: Int64 = 1_767_225_600  // 2026-01-01

    @Test(arguments: [
        "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
    ])
    func allThreeFormsAreRead(_ text: String) { #expect(HTTPDate.parse(text, now: Self.now) == 784_111_777) }

    @Test(arguments: [
        "", "0", "Sun", "sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 gmt",
        "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
        "Sun, 29 Feb 1900 08:49:37 GMT", "Sun, 32 Jan 1994 08:49:37 GMT", "Sun 06,Nov-1994 08:49:37 GMT",
        "Sun,06,Nov,1994,08:49:37,GMT", "Sun, 06-Nov-1994 08:49:37 GMT", "Sunday, 06 Nov 94 08:49:37 GMT",
        "Sunday, 06-Nov-1994 08:49:37 GMT", "Sun, 06-Nov-94 08:49:37 GMT", "Sun Nov 6 08:49:37 1994",
        "Sun Nov 06 08:49:37 94", "Sun Nov  6 08:49:37 1994 GMT", " Sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, +6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08-49-37 GMT",
        "Sün, 06 Nov 1994 08:49:37 GMT", ",", "Sun, ", "Someday, 06-Nov-94 08:49:37 GMT", "Sun Nov    08:49:37 1994",
        "Sun, 06 Nov 199４ 08:49:37 GM",
    ])
    func anythingElseIsNone(_ text: String) { #expect(HTTPDate.parse(text, now: Self.now) == nil) }

    @Test func everyPrefixOfADateIsNone() {
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            for length in 0..<text.utf8.count {
                #expect(HTTPDate.parse(String(text.prefix(length)), now: Self.now) == nil)
            }
        }
    }

    @Test func aTwoDigitYearIsAtMostFiftyYearsAhead() {
        #expect(HTTPDate.parse("Friday, 01-Jan-76 00:00:00 GMT", now: Self.now) == 3_345_062_400)
        #expect(HTTPDate.parse("Friday, 01-Jan-77 00:00:00 GMT", now: Self.now) == 220_924_800)
    }

    @Test func aLeapSecondIsTheNextMinutesFirst() {
        #expect(HTTPDate.parse("Sat, 31 Dec 2016 23:59:60 GMT", now: Self.now) == 1_483_228_800)
    }

    @Test func leapDaysAreCounted() {
        #expect(HTTPDate.text(951_782_400) == "Tue, 29 Feb 2000 00:00:00 GMT")
        #expect(HTTPDate.parse("Thu, 29 Feb 2024 12:00:00 GMT", now: Self.now) == 1_709_208_000)
    }

    @Test(arguments: [
        (Int64.min, "Mon, 01 Jan 0001 00:00:00 GMT"), (-62_135_596_800, "Mon, 01 Jan 0001 00:00:00 GMT"),
        (-1, "Wed, 31 Dec 1969 23:59:59 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"), (253_402_300_800, "Fri, 31 Dec 9999 23:59:59 GMT"),
        (Int64.max, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ])
    func theAbsurdIsPrintedAtTheEdge(_ seconds: Int64, _ text: String) { #expect(HTTPDate.text(seconds) == text) }

    @Test func everySecondSurvivesPrintingAndReading() {
        var random = SeededRandom(0xDA7E)
        for _ in 0..<20_000 {
            let seconds = Int64.random(in: -62_135_596_800...253_402_300_799, using: &random)
            let text = HTTPDate.text(seconds)
            #expect(text.utf8.count == 29)
            #expect(HTTPDate.parse(text, now: Self.now) == seconds, "\(text)")
        }
    }

    @Test func theCLibraryAgreesAboutDates() {
        var random = SeededRandom(0xC1)
        for _ in 0..<5_000 {
            let seconds = Int64.random(in: -62_135_596_800...253_402_300_799, using: &random)
            var (time, parts) = (time_t(seconds), tm())
            gmtime_r(&time, &parts)
            var buffer = [CChar](repeating: 0, count: 64)
            // %Y is not padded in every C library.
            let count = strftime(&buffer, buffer.count, "%a, %d %b %%04d %H:%M:%S GMT", &parts)
            let year = String(Int(parts.tm_year) + 1900)
            let padded = String(repeating: "0", count: 4 - year.count) + year
            let expected = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            #expect(HTTPDate.text(seconds) == expected.replacing("%04d", with: padded))
        }
    }
}
