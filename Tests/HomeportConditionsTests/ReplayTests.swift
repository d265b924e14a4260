import HomeportConditions
import Testing

@Suite struct ReplayTests {
    /// However reads are cut the second time, the same bytes meet the same.
    @Test(arguments: [[100], [1, 99], [30, 30, 40], [7, 8, 9, 76]]) func theSameBytesMeetTheSame(reads: [Int]) {
        let script = Replay.Script([
            .init(offset: 0, count: 40, isEnd: false, what: .delay(ms(5))),
            .init(offset: 0, count: 40, isEnd: false, what: .flip(offset: 35, mask: 1)),
            .init(offset: 40, count: 20, isEnd: false, what: .discard),
            .init(offset: 60, count: 40, isEnd: false, what: .flip(offset: 99, mask: 4)),
            .init(offset: 100, count: 0, isEnd: true, what: .delay(ms(9))),
        ])
        var lane = Lane(.replay(Replay(script)))
        for count in reads { lane.send(count) }
        lane.end()
        lane.settle()
        #expect(lane.arrivals == [Instant](repeating: ms(5), count: 80))
        let flips = lane.out.compactMap { if case .flip(let flip) = $0.action { flip } else { nil } }
        #expect(flips == [Flip(offset: 35, mask: 1), Flip(offset: 99, mask: 4)])
        #expect(lane.out.last?.action == .finish && lane.out.last?.at == ms(9))
        let lost = lane.out.reduce(0) { if case .discard(let count) = $1.action { $0 + count } else { $0 } }
        #expect(lost == 20)
    }
}
