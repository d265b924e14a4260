import HomeportCore
import LiveTestSupport
import Testing

@Suite struct ByteRateTests {
    @Test(arguments: [
        ("10mbit", 10_000_000), ("2MB/s", 16_000_000), ("1KiB/s", 8192), ("9600bit", 9600), ("1.5gbit", 1_500_000_000),
        ("0bit", 0), ("1B/s", 8), ("64kB/s", 512_000), ("1MiB/s", 8_388_608), ("1GB/s", 8_000_000_000), ("5kbit", 5000),
    ])
    func isReadAsWritten(text: String, bits: UInt64) throws {
        #expect(try ByteRate(parsing: text) == ByteRate(bitsPerSecond: bits))
    }

    @Test(arguments: [
        ("10mbit", "10mbit"), ("2MB/s", "16mbit"), ("1500kbit", "1.5mbit"), ("1KiB/s", "8.192kbit"), ("0bit", "0bit"),
    ])
    func printsBitsWhateverWasWritten(written: String, printed: String) throws {
        #expect(try ByteRate(parsing: written).description == printed)
    }

    @Test func whatIsPrintedReadsBack() throws {
        var random = Seeded(2)
        for _ in 0..<2000 {
            let rate = ByteRate(bitsPerSecond: random.spread())
            #expect(try ByteRate(parsing: "\(rate)") == rate)
        }
    }

    @Test(arguments: ["10mbps", "10Mbps", "10MB", "10mb", "10Mb/s", "10m"])
    func bitsOrBytesIsNeverGuessed(text: String) throws {
        let error = try problem { try ByteRate(parsing: text) }
        #expect(error.what.contains("may mean two things"))
        #expect(error.fix == "write 10mbit (bits per second) or 10MB/s (bytes per second)")
    }

    @Test(arguments: [
        ("10Mbit", "write 10mbit"), ("10mbit/s", "write 10mbit"), ("10mbits", "write 10mbit"),
        ("10Kbit", "write 10kbit"),
        ("5MiB", "write 5MiB/s"), ("5kb", "write 5kbit (bits per second) or 5kB/s (bytes per second)"),
    ])
    func aSlipGetsTheRightWord(text: String, fix: String) throws {
        #expect(try problem { try ByteRate(parsing: text) }.fix == fix)
    }

    @Test func aBareNumberIsNoRate() throws {
        let error = try problem { try ByteRate(parsing: "10") }
        #expect(error.what == "\"10\" is not a rate: the unit is missing")
        #expect(error.fix?.contains("10mbit") == true)
    }

    @Test func bytesAndBitsAgree() throws {
        #expect(try ByteRate(parsing: "8mbit").bytesPerSecond == 1_000_000)
        #expect(try ByteRate(parsing: "1mbit") < ByteRate(parsing: "1MB/s"))
    }
}
