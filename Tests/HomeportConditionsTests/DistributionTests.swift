import Testing

@testable import HomeportConditions

/// Every distribution against its law, by the delays that come out of a path.
@Suite struct DistributionTests {
    private static let count = 10_000
    /// Kolmogorov and Smirnov's bound at a level of 0.001: larger once in a thousand seeds, and the seed is fixed.
    private static let bound = 1.95 / Double(count).squareRoot()

    /// One-way delays of messages that do not get into each other's way, in milliseconds.
    private static func delays(_ latency: Latency, seed: UInt64 = 3) -> [Double] {
        var lane = Lane(.latency(latency), seed: seed)
        var sent: [Instant] = []
        for _ in 0..<count {
            sent.append(lane.now)
            lane.send(1)
            lane.pass(ms(1000))
        }
        return zip(lane.arrivals, sent).map { Double($0 - $1) / 1e6 }
    }

    /// The greatest distance between the sample's distribution and the law.
    private static func distance(_ sample: [Double], _ cdf: (Double) -> Double) -> Double {
        let sorted = sample.sorted()
        let n = Double(sorted.count)
        return sorted.enumerated().reduce(0) { greatest, one in
            let law = cdf(one.element)
            return max(greatest, abs(law - Double(one.offset) / n), abs(Double(one.offset + 1) / n - law))
        }
    }

    /// The law behind a quantile function, by bisection.
    private static func law(_ distribution: Distribution) -> (Double) -> Double {
        { value in
            var (low, high) = (0.0, 1.0)
            for _ in 0..<60 {
                let middle = (low + high) / 2
                if 200 + 20 * distribution.quantile(middle) <= value { low = middle } else { high = middle }
            }
            return low
        }
    }

    @Test(arguments: [
        Distribution.uniform, .normal, .pareto, .paretonormal, .table([-1, -0.5, -0.25, 0, 0.1, 0.9, 2]),
    ])
    func delaysFollowTheirLaw(distribution: Distribution) {
        let sample = Self.delays(Latency(mean: ms(200), jitter: ms(20), distribution: distribution))
        #expect(sample.count == Self.count)
        #expect(Self.distance(sample, Self.law(distribution)) < Self.bound)
    }

    /// Against figures that do not come from our own functions: netem's tables, measured.
    @Test(arguments: [
        (Distribution.normal, [-1.65, 0, 1.64, 2.33], 1.0), (.pareto, [-0.64, -0.32, 1.62, 4.00], 0.82),
        (.paretonormal, [-0.89, -0.24, 1.62, 3.58], 0.83),
    ])
    func shapesAreNetems(distribution: Distribution, quantiles: [Double], deviation: Double) {
        for (share, value) in zip([0.05, 0.5, 0.95, 0.99], quantiles) {
            #expect(abs(distribution.quantile(share) - value) < 0.011, "at \(share)")
        }
        let values = (0..<100_000).map { distribution.quantile((Double($0) + 0.5) / 100_000) }
        let mean = values.reduce(0, +) / 100_000
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 100_000
        #expect(abs(mean) < 0.04)
        #expect(abs(variance.squareRoot() - deviation) < 0.011)
    }

    @Test(arguments: [0.0, 0.3, 0.9])
    func correlationIsAsAskedAndLeavesTheLawAlone(correlation: Double) {
        let sample = Self.delays(
            Latency(mean: ms(200), jitter: ms(20), distribution: .normal, correlation: correlation)
        )
        let mean = sample.reduce(0, +) / Double(Self.count)
        let variance = sample.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(Self.count)
        let together = zip(sample, sample.dropFirst()).reduce(0) { $0 + ($1.0 - mean) * ($1.1 - mean) }
        #expect(abs(together / Double(Self.count) / variance - correlation) < 0.03)
        #expect(abs(variance.squareRoot() - 20) < 20 * (correlation > 0.5 ? 0.08 : 0.03))
        #expect(abs(mean - 200) < (correlation > 0.5 ? 3 : 0.8))
    }

    @Test func noDelayIsNegative() {
        let sample = Self.delays(Latency(mean: ms(1), jitter: ms(20), distribution: .normal))
        #expect(sample.allSatisfy { $0 >= 0 })
        #expect(sample.contains(0))
    }

    /// Ahead of the running greatest nothing can arrive: a stream keeps its order.
    @Test func jitterBeyondTheDistanceIsTheRunningGreatest() {
        var lane = Lane(.latency(Latency(mean: ms(50), jitter: ms(40))))
        for _ in 0..<500 {
            lane.send(1)
            lane.pass(ms(1))
        }
        lane.settle()
        let arrivals = lane.arrivals
        #expect(arrivals == arrivals.sorted())
        let delays = zip(arrivals, 0...).map { Double($0) / 1e6 - Double($1) }
        #expect(delays.dropFirst(50).reduce(0, +) / 450 > 60)
    }

    // MARK: Loss

    /// How many of the packets of a stream were held up, and in runs of which lengths.
    private static func losses(_ model: LossProcess.Model, packets: Int) -> (lost: Int, runs: [Int: Int]) {
        var process = LossProcess(model)
        let draws = Draws(seed: 11, 1, 2, 3)
        var (lost, run) = (0, 0)
        var runs: [Int: Int] = [:]
        for index in 0..<packets {
            if process.loses(UInt64(index) * 1460, draws: draws) {
                lost += 1
                run += 1
            } else if run > 0 {
                runs[run, default: 0] += 1
                run = 0
            }
        }
        return (lost, runs)
    }

    @Test(arguments: [0.001, 0.01, 0.2])
    func lossByChanceIsInsideItsInterval(probability: Double) {
        let packets = 200_000
        let lost = Double(Self.losses(.bernoulli(probability), packets: packets).lost)
        let expected = probability * Double(packets)
        #expect(abs(lost - expected) < 3.3 * (expected * (1 - probability)).squareRoot())
    }

    @Test func burstsAreAsLongAsTheirChainSays() {
        let packets = 400_000
        let (p, r) = (0.01, 0.25)
        let (lost, runs) = Self.losses(.gilbertElliott(p: p, r: r), packets: packets)
        let share = p / (p + r)
        #expect(abs(Double(lost) / Double(packets) - share) < 0.003)
        let count = Double(runs.values.reduce(0, +))
        #expect(abs(Double(lost) / count - 1 / r) < 0.15)
        // Lengths are geometric: chi square over 1 … 8 and beyond, 8 degrees of freedom, level 0.001.
        var chi = 0.0
        for length in 1...8 {
            let expected = count * r * pow(1 - r, length - 1)
            let seen = Double(runs[length] ?? 0)
            chi += (seen - expected) * (seen - expected) / expected
        }
        let rest = count * pow(1 - r, 8)
        let beyond = Double(runs.reduce(0) { $0 + ($1.key > 8 ? $1.value : 0) })
        chi += (beyond - rest) * (beyond - rest) / rest
        #expect(chi < 26.12)
    }

    private func pow(_ base: Double, _ exponent: Int) -> Double {
        (0..<exponent).reduce(1) { product, _ in product * base }
    }

    @Test func aLostPacketOfAStreamIsLateAndNeverMissing() {
        var lane = Lane(.loss(StreamLoss(.bernoulli(0.1))), seed: 5)
        lane.send(1460 * 1000)
        lane.settle()
        #expect(lane.forwarded == 1460 * 1000)
        // One read: the first loss holds up all that is behind it, and only a longer repeat adds to that.
        let late = Set(lane.arrivals)
        #expect(late.contains(ms(200)) && late.contains(ms(600)))
        #expect(late.isSubset(of: [0, ms(200), ms(600), ms(1400), ms(3000)]))
    }
}
