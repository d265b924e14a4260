import HomeportConditions
import NIOCore
import NIOEmbedded
import Testing

@testable import HomeportLink

@Suite struct AlarmTests {
    private final class Bell {
        var rings: [Instant] = []
    }

    private let loop = EmbeddedEventLoop()
    private let bell = Bell()

    private func alarm(_ habit: WakeHabit = WakeHabit(awake: .zero)) -> Alarm {
        Alarm(on: loop, habit) { [loop, bell] in bell.rings.append(loop.now.uptimeNanoseconds) }
    }

    private func ms(_ count: Double) -> Instant { loop.now.uptimeNanoseconds + Instant(count * 1e6) }

    @Test func ringsAtTheMomentAndOnce() {
        let (alarm, due) = (alarm(), ms(5))
        alarm.set(due)
        loop.advanceTime(by: .milliseconds(20))
        #expect(bell.rings == [due])
    }

    @Test func theLastMomentThatWasSetIsTheOneThatCounts() {
        let alarm = alarm()
        let (early, late) = (ms(2), ms(9))
        alarm.set(late)
        alarm.set(early)
        loop.advanceTime(by: .milliseconds(1))
        alarm.set(late)
        loop.advanceTime(by: .milliseconds(20))
        #expect(bell.rings == [late])
    }

    /// In between the loop looks at its sockets.
    @Test func whatIsDueAlreadyRingsALittleLater() {
        let alarm = alarm()
        alarm.set(ms(0))
        loop.run()
        #expect(bell.rings.isEmpty)
        loop.advanceTime(by: .microseconds(50))
        #expect(bell.rings.count == 1)
    }

    @Test func noMomentIsNoRing() {
        let alarm = alarm()
        alarm.set(ms(2))
        alarm.set(nil)
        loop.advanceTime(by: .milliseconds(20))
        #expect(bell.rings.isEmpty)
    }

    /// The loop here is never late: getting up early must not ring early.
    @Test func whoGetsUpEarlySleepsOnceMore() {
        let habit = WakeHabit(awake: .zero)
        for _ in 0..<20 { habit.note(.microseconds(200)) }
        #expect(habit.lead >= .microseconds(150))
        let (alarm, due) = (alarm(habit), ms(5))
        alarm.set(due)
        loop.advanceTime(to: .uptimeNanoseconds(due - 45_000))
        #expect(bell.rings.isEmpty)
        loop.advanceTime(to: .uptimeNanoseconds(due + 10_000))
        #expect(bell.rings.count == 1 && (bell.rings.first ?? 0) >= due)
    }

    @Test func theLeadIsWhatNineOfTenWakesNeed() {
        let habit = WakeHabit(awake: .zero)
        // Evenly late between 0 and 100 µs.
        for turn in 0..<5000 { habit.note(.microseconds(Int64(turn * 37 % 100))) }
        #expect(abs(habit.lead.nanoseconds - 90_000) < 20_000)
        for _ in 0..<500 { habit.note(.milliseconds(50)) }
        #expect(habit.lead == WakeHabit.mostLead)
        for _ in 0..<500 { habit.note(.zero) }
        #expect(habit.lead == .zero)
    }
}

@Suite struct StatisticsTests {
    private let draws = Draws(seed: 3)

    private func sample(_ distribution: Distribution, _ count: Int) -> [Double] {
        (0..<count).map { distribution.quantile(draws.uniform(at: UInt64($0))) }.sorted()
    }

    @Test(arguments: [Distribution.uniform, .normal, .pareto, .paretonormal])
    func aRightSampleIsNearAndAWrongOneIsNot(distribution: Distribution) {
        let count = 4000
        let critical = Statistics.criticalDistance(count)
        #expect(Statistics.distance(sample(distribution, count), to: distribution) < critical)
        let shifted = sample(distribution, count).map { $0 + 0.2 }
        #expect(Statistics.distance(shifted, to: distribution) > critical)
        let other: Distribution = distribution == .normal ? .uniform : .normal
        #expect(Statistics.distance(sample(other, count), to: distribution) > critical)
    }

    @Test func anIntervalHoldsWhatItShould() {
        let range = Statistics.lossInterval(0.1, 10_000)
        #expect(abs(range.lowerBound - 0.0923) < 0.0005 && abs(range.upperBound - 0.1077) < 0.0005)
        #expect(Statistics.lossInterval(0, 10) == 0...0)
    }

    @Test func thePageShowsEveryMeasureAndEscapesWhatItSays() {
        var report = FidelityReport()
        let plot = FidelityReport.Plot(title: "a < b", xTitle: "x", yTitle: "y", got: [(0, 0), (1, 1)], asked: [])
        report.measures = [
            .init(
                kind: "rate",
                asked: "1 < 2",
                got: "&",
                tolerance: "",
                isWithin: false,
                samples: 3,
                figures: [:],
                plot: plot
            )
        ]
        let html = FidelityPage(report, machine: "\"here\"").html
        #expect(html.contains("1 &lt; 2") && html.contains("a &lt; b") && html.contains("&quot;here&quot;"))
        #expect(html.contains("class=\"out\"") && html.contains("<path class=\"got\""))
        #expect(!report.isWithin)
    }
}
