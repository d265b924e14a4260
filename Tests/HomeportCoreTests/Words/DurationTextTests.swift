import HomeportCore
import LiveTestSupport
import Testing

@Suite struct DurationTextTests {
    @Test(arguments: [
        ("80ms", 80_000_000), ("1.5s", 1_500_000_000), ("2m", 120_000_000_000), ("100us", 100_000), ("7ns", 7),
        ("1h", 3_600_000_000_000), ("0s", 0), ("0.1h", 360_000_000_000), ("1.1h", 3_960_000_000_000),
        ("80 ms", 80_000_000),
        ("0.5ns", 1), ("0.4ns", 0), ("1.000000000000000001s", 1_000_000_000),
    ])
    func isReadAsWritten(text: String, nanoseconds: Int64) throws {
        #expect(try Duration(parsing: text) == .nanoseconds(nanoseconds))
    }

    @Test(arguments: [
        (Duration.milliseconds(80), "80ms"), (.seconds(90), "1.5m"), (.zero, "0ns"), (.seconds(-3), "0ns"),
        (.milliseconds(1500), "1.5s"), (.seconds(86_400), "24h"), (.nanoseconds(1_234_567), "1234.567us"),
    ])
    func printsItsShortestForm(duration: Duration, text: String) {
        #expect(duration.text == text)
    }

    @Test func whatIsPrintedReadsBack() throws {
        var random = Seeded(1)
        for _ in 0..<2000 {
            let duration = Duration.nanoseconds(Int64(random.spread() >> 1))
            #expect(try Duration(parsing: duration.text) == duration)
        }
        #expect(try Duration(parsing: Duration.nanoseconds(Int64.max).text).wholeNanoseconds == .max)
    }

    @Test(arguments: [
        ("5sec", "write 5s"), ("5seconds", "write 5s"), ("2min", "write 2m"), ("1hr", "write 1h"),
        ("80msec", "write 80ms"), ("80MS", "write 80ms"), ("80µs", "write 80us"), ("1,5s", "write 1.5s"),
        (".5s", "write 0.5s"), ("5x", "known: ns, us, ms, s, m, h"),
    ])
    func aSlipGetsTheRightWord(text: String, fix: String) throws {
        let error = try problem { try Duration(parsing: text) }
        #expect(error.fix == fix)
        #expect(error.what.hasPrefix("\"\(text)\" is not a duration: "))
        #expect(error.code == .badValue)
    }

    @Test func aBareNumberIsNoDuration() throws {
        let error = try problem { try Duration(parsing: "80") }
        #expect(error.what == "\"80\" is not a duration: the unit is missing")
        #expect(error.fix == "write one of 80ns, 80us, 80ms, 80s, 80m, 80h")
    }

    @Test(arguments: ["", "ms", "soon", "-5ms", "+5ms", "1.2.3s", "5.s", ".s", "１s", "٣s", "1e3ms", "0x10ms", " 1s"])
    func whatIsNoNumberSaysHowToWriteOne(text: String) throws {
        let error = try problem { try Duration(parsing: text) }
        #expect(error.fix != nil)
        #expect(error.code.blame == .words)
    }

    @Test(arguments: ["293000000h", "99999999999999999999s", "18446744073709551615h", "1.0000000000000000001s"])
    func whatDoesNotFitIsSaidToBeTooMuch(text: String) throws {
        let error = try problem { try Duration(parsing: text) }
        #expect(error.fix != nil)
    }

    @Test func wholeNanosecondsAreClampedAndNeverWrap() {
        let longest = Duration(secondsComponent: 9_223_372_036, attosecondsComponent: 999_999_999_999_999_999)
        #expect(longest.wholeNanoseconds == .max)
        #expect((.zero - longest).wholeNanoseconds == .min)
        #expect(Duration.seconds(Int64.max).wholeNanoseconds == .max)
        #expect(Duration.nanoseconds(-5).wholeNanoseconds == -5)
    }
}
