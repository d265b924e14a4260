import HomeportConditions
import Testing

@Suite struct ConditionTests {
    // MARK: Rate

    @Test(arguments: [UInt64(8_000), 800_000, 80_000_000, 3_000_000_000])
    func aRateIsKeptFromTheFirstByteOn(bitsPerSecond: UInt64) {
        var lane = Lane(.rate(Rate(bitsPerSecond: bitsPerSecond)))
        let bytes = Int(bitsPerSecond / 8 / 10)
        lane.send(bytes)
        lane.settle()
        #expect(lane.forwarded == bytes)
        let took = Double(lane.out.last?.at ?? 0)
        #expect(abs(took / 1e8 - 1) < 0.001, "a tenth of a second's worth took \(took / 1e9) s")
        // The first bytes come after what a quantum takes, not after the whole read.
        #expect(lane.out[0].at <= 2_100_000 || bitsPerSecond < 8_000_000)
    }

    @Test func whoSharesALineTakesTurns() {
        let line = Bottleneck(bitsPerSecond: 8_000_000)
        var lanes = [Lane(.rate(Rate(line))), Lane(.rate(Rate(line)))]
        for index in lanes.indices { lanes[index].send(500_000) }
        for _ in 0..<500 { for index in lanes.indices { lanes[index].pass(ms(1)) } }
        let (a, b) = (Double(lanes[0].forwarded), Double(lanes[1].forwarded))
        #expect(abs(a + b - 500_000) < 10_000)
        let fairness = (a + b) * (a + b) / (2 * (a * a + b * b))
        #expect(fairness > 0.99)
    }

    @Test func rateZeroStallsAndGoesOnFromTheChange() {
        let line = Bottleneck(bitsPerSecond: 0)
        var lane = Lane(.rate(Rate(line)))
        lane.send(100_000)
        lane.pass(ms(5000))
        #expect(lane.forwarded == 0 && lane.path.wake == nil)
        line.change(bitsPerSecond: 8_000_000, now: lane.now)
        lane.change(0, to: .rate(Rate(line)))
        lane.pass(ms(50))
        #expect(abs(lane.forwarded - 50_000) <= 2_000)
    }

    @Test func aRateThatReplacesAStallLetsNoFloodThrough() {
        var lane = Lane(.stall)
        lane.send(1_000_000)
        lane.pass(ms(5000))
        lane.change(0, to: .rate(Rate(bitsPerSecond: 8_000_000)))
        lane.pass(ms(100))
        #expect(abs(lane.forwarded - 100_000) <= 2_000)
    }

    @Test func aFasterRateIsFelt() {
        let line = Bottleneck(bitsPerSecond: 8)
        var lane = Lane(.rate(Rate(line)))
        lane.send(1000)
        lane.pass(ms(100))
        line.change(bitsPerSecond: 8_000_000, now: lane.now)
        lane.change(0, to: .rate(Rate(line)))
        lane.pass(ms(2))
        #expect(lane.forwarded == 1000)
    }

    // MARK: Termination, close, slice

    @Test func aCutComesAfterItsBytesAndBehindThem() {
        var lane = Lane(.termination(Termination(afterBytes: 10, how: .reset)), .latency(Latency(mean: ms(20))))
        lane.send(25)
        #expect(lane.out.isEmpty)
        lane.settle()
        #expect(lane.out.map(\.action) == [.forward(10), .end(.reset)])
        #expect(lane.path.isOver)
    }

    @Test func aCutNeedsNoByteBeyondItsLast() {
        var lane = Lane(.termination(Termination(afterBytes: 10, how: .close)))
        lane.send(10)
        #expect(lane.out.map(\.action) == [.forward(10), .end(.close)])
    }

    @Test func anIdleConnectionIsCutInTime() {
        var lane = Lane(.termination(Termination(afterTime: ms(300), how: .reset)), at: ms(1000))
        #expect(lane.path.wake == nil)
        lane.takes(true)
        #expect(lane.path.wake == ms(1300))
        lane.settle()
        #expect(lane.out.map(\.action) == [.end(.reset)] && lane.now == ms(1300))
    }

    @Test func aSlowCloseLetsDataGo() {
        var lane = Lane(.slowClose(SlowClose(delay: ms(500))))
        lane.send(5)
        lane.end()
        lane.settle()
        #expect(lane.out.map(\.action) == [.forward(5), .finish])
        #expect(lane.out.map(\.at) == [0, ms(500)])
    }

    @Test func slicesAreOfTheirSizeAndApart() throws {
        let slice = try #require(Slice(size: 100, variation: 20, pause: ms(2)))
        var lane = Lane(.slice(slice))
        lane.send(1000)
        lane.settle()
        let sizes = lane.out.compactMap { if case .write(let count) = $0.action { count } else { nil } }
        #expect(sizes.reduce(0, +) == 1000)
        #expect(sizes.dropLast().allSatisfy { (80...120).contains($0) })
        #expect(zip(lane.out, lane.out.dropFirst()).allSatisfy { $1.at - $0.at == ms(2) })
        #expect(Slice(size: 0) == nil)
    }

    // MARK: Corruption

    @Test func aByteIsTurnedWhereItWasAsked() {
        var lane = Lane(.corrupt(.byte(at: 5, mask: 0x81)))
        lane.send(4)
        lane.send(4)
        #expect(lane.out.map(\.action).contains(.flip(Flip(offset: 5, mask: 0x81))))
        #expect(lane.forwarded == 8)
    }
}
