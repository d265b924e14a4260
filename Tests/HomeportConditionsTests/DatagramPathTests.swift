import HomeportConditions
import Testing

/// Datagrams in virtual time: each carries its own number.
private struct Road {
    private(set) var path: DatagramPath<Int>
    private(set) var now: Instant = 0
    private(set) var out: [(at: Instant, number: Int, flips: [Flip])] = []
    private var sent = 0

    init(_ stages: DatagramStage..., seed: UInt64 = 1, limit: Int = 1 << 20) {
        path = DatagramPath(Self.keyed(stages), draws: Draws(seed: seed), limit: limit)
    }

    static func keyed(_ stages: [DatagramStage]) -> [KeyedStage<DatagramStage>] {
        stages.enumerated().map { KeyedStage(key: UInt64($0), $1) }
    }

    mutating func send(_ count: Int = 1, bytes: Int = 100) {
        for _ in 0..<count {
            let number = sent
            act { path, now, deliver in path.offer(number, count: bytes, now: now, deliver) }
            sent += 1
        }
    }

    mutating func become(_ stages: [KeyedStage<DatagramStage>]) {
        act { path, now, deliver in path.become(stages, now: now, deliver) }
    }

    mutating func become(_ stages: DatagramStage...) { become(Self.keyed(stages)) }

    mutating func pass(_ time: Instant) {
        let end = now + time
        while let wake = path.wake, wake <= end {
            now = max(now, wake)
            act { path, now, deliver in path.run(now: now, deliver) }
        }
        now = end
    }

    var numbers: [Int] { out.map(\.number) }

    private mutating func act(_ event: (inout DatagramPath<Int>, Instant, (Int, [Flip]) -> Void) -> Void) {
        var delivered: [(Int, [Flip])] = []
        event(&path, now) { delivered.append(($0, $1)) }
        out += delivered.map { (now, $0.0, $0.1) }
    }
}

@Suite struct DatagramPathTests {
    @Test func withoutConditionsWhatComesGoesAtOnce() {
        var road = Road()
        road.send(3)
        #expect(road.numbers == [0, 1, 2] && road.path.held == 0)
    }

    @Test func twoLatenciesAddUpExactly() {
        var road = Road(.latency(Latency(mean: ms(100))), .latency(Latency(mean: ms(100))))
        road.send()
        road.pass(ms(30))
        road.send()
        road.pass(ms(1000))
        #expect(road.out.map(\.at) == [ms(200), ms(230)])
    }

    @Test func jitterLetsDatagramsOvertakeUnlessTheirOrderIsKept() {
        var latency = Latency(mean: ms(50), jitter: ms(40))
        var (free, ordered) = (Road(.latency(latency)), Road())
        latency.keepsOrder = true
        ordered = Road(.latency(latency))
        for _ in 0..<200 {
            free.send()
            ordered.send()
            free.pass(ms(1))
            ordered.pass(ms(1))
        }
        free.pass(ms(200))
        ordered.pass(ms(200))
        #expect(free.numbers != free.numbers.sorted() && free.numbers.sorted() == Array(0..<200))
        #expect(ordered.numbers == Array(0..<200))
    }

    @Test func lossIsRealAndOfTheRateThatWasAsked() {
        var road = Road(.loss(LossProcess(.bernoulli(0.1))))
        road.send(20_000)
        let lost = 1 - Double(road.out.count) / 20_000
        // 99 % of samples lie within 2.576 deviations.
        #expect(abs(lost - 0.1) < 2.576 * (0.1 * 0.9 / 20_000).squareRoot())
        #expect(road.path.held == 0)
    }

    @Test func lossInBurstsHasTheirLength() {
        var road = Road(.loss(LossProcess(.gilbertElliott(p: 0.02, r: 0.25))))
        road.send(50_000)
        var (bursts, lost, before) = (0, 0, -1)
        for number in road.numbers {
            if number > before + 1 {
                bursts += 1
                lost += number - before - 1
            }
            before = number
        }
        let mean = Double(lost) / Double(bursts)
        #expect(abs(mean - 4) < 0.35, "mean burst \(mean)")
    }

    @Test func duplicatesArriveTwice() {
        var road = Road(.duplicate(Duplicate(1)), .latency(Latency(mean: ms(1))))
        road.send(2)
        road.pass(ms(1))
        #expect(road.numbers == [0, 0, 1, 1] && road.path.held == 0)
    }

    @Test func whatIsReorderedIsOvertakenByAsManyAsWasAsked() {
        var road = Road(.reorder(Reorder(0.1, distance: 3)))
        road.send(500)
        road.pass(ms(100))
        #expect(road.numbers.sorted() == Array(0..<500))
        let late = road.numbers.enumerated().filter { place, number in road.numbers[..<place].contains { $0 > number } }
        #expect(late.count > 20)
        for (place, number) in late where number < 490 {
            #expect(road.numbers[..<place].count { $0 > number } >= 3)
        }
    }

    @Test func whatNobodyOvertakesGoesOnAfterAWhile() {
        var road = Road(.reorder(Reorder(1, distance: 3, patience: ms(50))))
        road.send()
        road.pass(ms(49))
        #expect(road.out.isEmpty)
        road.pass(ms(1))
        #expect(road.numbers == [0])
    }

    @Test func aRateSpacesAndAFullQueueDrops() {
        let line = Bottleneck(bitsPerSecond: 800_000)
        var road = Road(.rate(DatagramRate(line, queue: 1000)))
        road.send(20, bytes: 100)
        #expect(road.path.held == 1000)
        road.pass(ms(100))
        // 100 bytes take a millisecond.
        #expect(road.out.map(\.at) == (1...10).map { ms(Double($0)) })
    }

    /// What waits is what was sent, however long the trace's pauses are.
    @Test func aTraceHasMomentsAndAQueueOfBytes() throws {
        let trace = try #require(DeliveryTrace(moments: [2, 2, 500, 1000].map { $0 * 1_000_000 }))
        var road = Road(.rate(DatagramRate(Bottleneck(.trace(trace)), queue: 4000)))
        road.send(2, bytes: 700)
        road.send(4, bytes: 1000)
        road.pass(ms(2000))
        // Of 1,500 bytes each moment: 5,400 do not all find room; after a pass it begins again.
        #expect(road.numbers == [0, 1, 2, 3])
        #expect(road.out.map(\.at) == [ms(2), ms(2), ms(2), ms(500)])
        road.send(5, bytes: 1000)
        road.pass(ms(1000))
        #expect(road.numbers.suffix(4) == [6, 7, 8, 9])
        #expect(road.out.suffix(4).map(\.at) == [ms(2002), ms(2002), ms(2002), ms(2500)])
    }

    @Test func aSlowerRateReTimesWhatWaitsAndDropsNothing() {
        let line = Bottleneck(bitsPerSecond: 800_000)
        var road = Road(.rate(DatagramRate(line)))
        road.send(10, bytes: 100)
        road.pass(ms(5))
        line.change(bitsPerSecond: 80_000, now: road.now)
        road.become(.rate(DatagramRate(line)))
        road.pass(ms(1000))
        #expect(road.out.count == 10 && road.out.last?.at == ms(55))
    }

    @Test func anUnrelatedChangeDoesNotTakeTheLineTwice() {
        let line = Bottleneck(bitsPerSecond: 800_000)
        var road = Road(.rate(DatagramRate(line)), .latency(Latency(mean: 0)))
        road.send(10, bytes: 100)
        road.become(.rate(DatagramRate(line)), .latency(Latency(mean: ms(5))))
        road.pass(ms(1000))
        #expect(road.out.last?.at == ms(15))
    }

    @Test func aStallHoldsAndItsEndLosesNothing() {
        var road = Road(.stall)
        road.send(5)
        road.pass(ms(1000))
        #expect(road.out.isEmpty && road.path.held == 500)
        road.become([])
        #expect(road.numbers == [0, 1, 2, 3, 4] && road.path.held == 0)
    }

    @Test func whatAGoneConditionHeldGoesOnToTheNext() {
        var road = Road(.stall, .latency(Latency(mean: ms(10))))
        road.send(2)
        road.pass(ms(100))
        road.become([KeyedStage(key: 1, .latency(Latency(mean: ms(10))))])
        road.pass(ms(10))
        #expect(road.out.map(\.at) == [ms(110), ms(110)])
    }

    @Test func whatWaitsIsBounded() {
        var road = Road(.stall, limit: 10 * (100 + DatagramPath<Int>.overhead))
        road.send(20)
        #expect(road.path.held == 1000 && road.path.overflowed == 10)
        road.become([])
        #expect(road.out.count == 10)
    }

    @Test func oneBitOfADatagramIsTurnedAndAlwaysTheSame() {
        var (one, two) = (Road(.corrupt(.packets(0.5))), Road(.corrupt(.packets(0.5))))
        one.send(200)
        two.send(200)
        let flipped = one.out.filter { !$0.flips.isEmpty }
        #expect(flipped.count > 60 && flipped.count < 140)
        #expect(one.out.map(\.flips) == two.out.map(\.flips))
        #expect(flipped.allSatisfy { $0.flips.count == 1 && $0.flips[0].offset < 100 })
    }
}
