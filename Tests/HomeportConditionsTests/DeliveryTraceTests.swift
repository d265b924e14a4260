import HomeportConditions
import Testing

@Suite struct DeliveryTraceTests {
    private func line(_ milliseconds: UInt64...) throws -> Bottleneck {
        Bottleneck(.trace(try #require(DeliveryTrace(moments: milliseconds.map { $0 * 1_000_000 }))))
    }

    @Test func bytesPassAtTheMomentsOfTheTrace() throws {
        var lane = Lane(.rate(Rate(try line(1, 1, 5, 9))))
        lane.send(6 * 1500)
        lane.settle()
        let times = lane.arrivals.enumerated().filter { $0.offset % 1500 == 0 }.map(\.element)
        // After 9 ms it begins again.
        #expect(times == [ms(1), ms(1), ms(5), ms(9), ms(10), ms(10)])
    }

    @Test func smallPiecesShareAMoment() throws {
        var lane = Lane(.rate(Rate(try line(2, 4))))
        for _ in 0..<4 { lane.send(500) }
        lane.settle()
        #expect(lane.arrivals == [Instant](repeating: ms(2), count: 1500) + [Instant](repeating: ms(4), count: 500))
    }

    @Test func whatNobodyUsesIsLost() throws {
        var lane = Lane(.rate(Rate(try line(1, 2, 3, 4, 50))))
        lane.send(100)
        lane.pass(ms(10))
        lane.send(100)
        lane.settle()
        #expect(lane.arrivals == [Instant](repeating: ms(1), count: 100) + [Instant](repeating: ms(50), count: 100))
    }

    /// One millisecond alone is 12 Mbit/s.
    @Test func aLongRunHasTheTracesRate() throws {
        let line = try line(1)
        #expect(line.bitsPerSecond == 12_000_000)
        var lane = Lane(.rate(Rate(line)))
        lane.send(1_500_000)
        lane.settle()
        #expect(lane.arrivals.last == ms(1000))
    }

    @Test func twoStreamsShareIt() throws {
        let line = try line(1)
        var lanes = [Lane(.rate(Rate(line)), seed: 1), Lane(.rate(Rate(line)), seed: 2)]
        for index in lanes.indices { lanes[index].send(15_000) }
        while let next = lanes.compactMap(\.path.wake).min() {
            for index in lanes.indices { lanes[index].pass(next - lanes[index].now) }
        }
        #expect(lanes.compactMap(\.arrivals.last).max() == ms(20))
        #expect(lanes.allSatisfy { ($0.arrivals.last ?? 0) >= ms(19) })
    }

    @Test(arguments: [[], [0], [0, 0], [5, 3]]) func whatIsNoTrace(moments: [UInt64]) {
        #expect(DeliveryTrace(moments: moments) == nil)
    }
}
