import HomeportHTTP
import Testing

@testable import HomeportServe

/// RFC 9110, section 12.5.3.
@Suite struct AcceptedCodingsTests {
    private func preferred(_ value: String) -> [ContentCoding] {
        AcceptedCodings(RequestHead("GET /", "Accept-Encoding: \(value)")).preferred
    }

    @Test func withoutTheFieldNothingIsEncoded() {
        #expect(AcceptedCodings(RequestHead("GET /")).preferred.isEmpty)
        #expect(preferred("").isEmpty)
    }

    @Test func whatIsLikedEquallyComesSmallestFirst() {
        #expect(preferred("gzip, deflate, br, zstd") == [.brotli, .zstd, .gzip])
        #expect(preferred("gzip") == [.gzip])
        #expect(preferred("GZip, BR") == [.brotli, .gzip])
        #expect(preferred("x-gzip") == [.gzip])
    }

    @Test func qualityDecides() {
        #expect(preferred("gzip;q=1.0, br;q=0.5") == [.gzip, .brotli])
        #expect(preferred("gzip;q=0.001, br ; q=0.002") == [.brotli, .gzip])
        #expect(preferred("br;Q=0.1, zstd;q=0.9") == [.zstd, .brotli])
    }

    @Test func zeroRefuses() {
        #expect(preferred("gzip;q=0") == [])
        #expect(preferred("br;q=0, gzip;q=0.000") == [])
        #expect(preferred("*, br;q=0") == [.zstd, .gzip])
        #expect(preferred("*;q=0") == [])
        #expect(preferred("gzip, *;q=0") == [.gzip])
    }

    @Test func aStarStandsForWhatIsNotNamed() {
        #expect(preferred("*") == [.brotli, .zstd, .gzip])
        #expect(preferred("*;q=0.5, gzip;q=0.9") == [.gzip, .brotli, .zstd])
    }

    @Test func whoPrefersThePlainFileGetsIt() {
        #expect(preferred("identity, gzip;q=0.5") == [])
        #expect(preferred("identity;q=0.5, gzip") == [.gzip])
        #expect(preferred("identity;q=0.5, gzip;q=0.5") == [.gzip])
        #expect(preferred("identity;q=0, gzip;q=0.1") == [.gzip])
        #expect(preferred("identity") == [])
    }

    @Test func whatCannotBeReadIsRefused() {
        #expect(preferred("gzip;q=2") == [])
        #expect(preferred("gzip;q=1.001") == [])
        #expect(preferred("gzip;q=0.5555") == [])
        #expect(preferred("gzip;q=-1") == [])
        #expect(preferred("gzip;q=x") == [])
        #expect(preferred("gzip;q=") == [])
        #expect(preferred("gzip;q=1.") == [.gzip])
        #expect(preferred("gzip;foo=bar") == [.gzip])
        #expect(preferred("gzipped, deflate") == [])
    }
}
