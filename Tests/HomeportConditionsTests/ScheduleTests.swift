import Testing

@testable import HomeportConditions

@Suite struct ScheduleTests {
    private func schedule(_ make: (inout Schedule) -> Void) -> Schedule {
        var schedule = Schedule()
        make(&schedule)
        return schedule
    }

    /// Every moment at which something changes, and what holds from then on.
    private func course(_ schedule: Schedule, until end: UInt64) -> [[Double]] {
        var (now, seen) = (UInt64(0), [[Double]]())
        while now < end {
            let state = schedule.state(at: now)
            if seen.last?.last != state.strength { seen.append([Double(now), state.strength]) }
            guard let next = state.until else { break }
            #expect(next > now)
            now = next
        }
        return seen
    }

    @Test func withoutWordsItIsAlwaysThere() {
        #expect(Schedule().state(at: 0) == .init(strength: 1, until: nil))
        #expect(Schedule().state(at: .max / 2) == .init(strength: 1, until: nil))
    }

    @Test func itComesAndGoes() {
        let one = schedule { ($0.from, $0.until) = (10, 30) }
        #expect(course(one, until: 1000) == [[0, 0], [10, 1], [30, 0]])
        #expect(one.state(at: 29).until == 30 && one.state(at: 30).until == nil)
    }

    @Test func itComesAgain() {
        let one = schedule { ($0.from, $0.until, $0.period) = (10, 30, 100) }
        #expect(course(one, until: 250) == [[0, 0], [10, 1], [30, 0], [110, 1], [130, 0], [210, 1], [230, 0]])
    }

    @Test func itFlaps() {
        let one = schedule { ($0.from, $0.until, $0.flap) = (10, 30, .init(on: 5, off: 3)) }
        #expect(course(one, until: 1000) == [[0, 0], [10, 1], [15, 0], [18, 1], [23, 0], [26, 1], [30, 0]])
    }

    @Test func itRises() {
        let one = schedule { ($0.from, $0.ramp) = (100, 5000) }
        let course = course(one, until: 10_000)
        #expect(course.count == 51 && course[1] == [100, 0.02] && course[50] == [5000, 1])
        #expect(course.dropFirst().map { $0[1] } == (1...50).map { Double($0) / 50 })
    }

    @Test func aRiseThatIsShorterThanItsSteps() {
        let one = schedule { $0.ramp = 7 }
        #expect(course(one, until: 100).last?.last == 1)
    }
}
