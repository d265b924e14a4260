import HomeportCore
import LiveTestSupport
import Testing

@Suite struct ProbabilityTests {
    @Test(arguments: [
        ("1%", 0.01), ("7%", 0.07), ("0.05%", 0.0005), ("100%", 1), ("0%", 0), ("12.5%", 0.125), ("29%", 0.29),
        ("0.00001%", 1e-7), ("99.999%", 0.99999),
    ])
    func readsAndPrintsAPercentage(text: String, fraction: Double) throws {
        let value = try Probability(parsing: text)
        #expect(value.fraction == fraction)
        #expect(value.description == text)
    }

    @Test func whatIsPrintedReadsBack() throws {
        var random = Seeded(4)
        for _ in 0..<2000 {
            let value = try #require(Probability(Double.random(in: 0...1, using: &random)))
            #expect(try Probability(parsing: value.description) == value)
        }
        for exponent in 0..<300 {
            let tiny = try #require(Probability(Double(sign: .plus, exponent: -exponent, significand: 1.1) / 2))
            #expect(try Probability(parsing: tiny.description) == tiny)
        }
    }

    @Test(arguments: [
        ("1", "write 1%"), ("0.01", "write 0.01%"), ("often", "write it as in 1%"), ("", "write it as in 1%"),
    ])
    func withoutThePercentSignNothingIsGuessed(text: String, fix: String) throws {
        let error = try problem { try Probability(parsing: text) }
        #expect(error.what.hasSuffix("the % is missing"))
        #expect(error.fix == fix)
    }

    @Test(arguments: ["101%", "100.1%", "-1%", "%", "1e-2%", "x%", "1.2.3%", "nan%", "inf%", "１%", "1 %"])
    func whatIsNoProbabilityIsRefused(text: String) throws {
        #expect(try problem { try Probability(parsing: text) }.fix != nil)
    }

    @Test func aFractionOutsideZeroToOneIsNone() {
        for outside in [-0.1, 1.1, .nan, .infinity, -.infinity] { #expect(Probability(outside) == nil) }
        #expect(Probability(-0.0)?.description == "0%")
    }
}
