import HomeportConditions
import Testing

@Suite struct StreamPathTests {
    @Test func withoutConditionsBytesGoAtOnce() {
        var lane = Lane()
        lane.send(10)
        lane.end()
        #expect(lane.out.map(\.action) == [.forward(10), .finish])
        #expect(lane.path.held == 0)
    }

    @Test func twoLatenciesAddUpExactly() {
        var lane = Lane(.latency(Latency(mean: ms(100))), .latency(Latency(mean: ms(100))))
        for _ in 0..<5 {
            lane.send(100)
            lane.pass(ms(7))
        }
        lane.settle()
        #expect(lane.arrivals == (0..<5).flatMap { [Instant](repeating: ms(200) + $0 * ms(7), count: 100) })
    }

    /// Nobody looks for half a second: what was due long ago was due then, in each station.
    @Test func lateLooksDoNotAddUp() {
        var lane = Lane(.latency(Latency(mean: ms(100))), .latency(Latency(mean: ms(100))))
        lane.send(1)
        lane.pass(0)
        var late = lane.path
        var actions: [StreamPath.Action] = []
        late.run(now: ms(500), &actions)
        #expect(actions == [.forward(1)])
    }

    @Test func theEndFollowsTheDataAndIsDelayedLikeIt() {
        var lane = Lane(.latency(Latency(mean: ms(50))))
        lane.send(3)
        lane.pass(ms(10))
        lane.end()
        lane.settle()
        #expect(lane.out.map(\.action) == [.forward(3), .finish])
        #expect(lane.out.map(\.at) == [ms(50), ms(60)])
    }

    @Test func anAbortFollowsTheDataToo() {
        var lane = Lane(.latency(Latency(mean: ms(50))))
        lane.send(3)
        lane.end(.abort)
        lane.settle()
        #expect(lane.out.map(\.action) == [.forward(3), .abort])
        lane.send(1)
        #expect(lane.out.count == 2)
    }

    @Test func aChangeRetimesWhatWaitsAndKeepsItsOrder() {
        var lane = Lane(.latency(Latency(mean: ms(1000))))
        lane.send(1)
        lane.pass(ms(10))
        lane.send(2)
        lane.change(0, to: .latency(Latency(mean: ms(5))))
        lane.settle()
        #expect(lane.out.map(\.action) == [.forward(1), .forward(2)])
        #expect(lane.out.map(\.at) == [ms(10), ms(15)])
    }

    @Test func aStallHealsWithoutLoss() {
        var lane = Lane(.stall)
        lane.send(100)
        lane.end()
        lane.pass(ms(10_000))
        #expect(lane.forwarded == 0 && lane.path.held == 100)
        lane.change(0, to: .latency(Latency(mean: 0)))
        #expect(lane.out.map(\.action) == [.forward(100), .finish])
        #expect(lane.path.held == 0)
    }

    @Test func aBlackholeSwallowsEverythingAndHoldsNothing() {
        var lane = Lane(.blackhole, .latency(Latency(mean: ms(5))))
        lane.send(100)
        lane.end()
        lane.settle()
        #expect(lane.forwarded == 0 && lane.path.held == 0)
        #expect(lane.out.map(\.action) == [.discard(100)])
    }

    /// What is thrown away stands behind what still waits: the bytes lie in one row.
    @Test func discardedBytesKeepTheirPlaceInTheRow() {
        var lane = Lane(.latency(Latency(mean: 0)), .latency(Latency(mean: ms(50))))
        lane.send(10)
        lane.change(0, to: .blackhole)
        lane.send(20)
        #expect(lane.out.isEmpty)
        lane.settle()
        #expect(lane.out.map(\.action) == [.forward(10), .discard(20)])
    }

    @Test func aReceiverThatTakesNothingHoldsTheRowBack() {
        var lane = Lane(.latency(Latency(mean: ms(5))))
        lane.takes(false)
        lane.send(10)
        lane.pass(ms(50))
        #expect(lane.forwarded == 0 && lane.path.wake == nil && lane.path.held == 10)
        lane.takes(true)
        #expect(lane.out.map(\.at) == [ms(50)])
    }

    @Test func whatAConditionDidIsCounted() {
        var lane = Lane(.latency(Latency(mean: ms(5))), .stall)
        lane.send(10)
        lane.send(10)
        lane.pass(ms(5))
        var effects: [UInt64: Effect] = [:]
        lane.takeEffects { effects[$0] = $1 }
        #expect(effects.keys.sorted() == [0])
        #expect(effects[0]?.hits == 2 && effects[0]?.nanoseconds == 2 * ms(5))
        lane.takeEffects { _, _ in Issue.record("they were taken") }
    }

    // MARK: Draws

    private static let chancy: [Stage] = [
        .latency(Latency(mean: ms(50), jitter: ms(20))),
        .loss(StreamLoss(.gilbertElliott(p: 0.05, r: 0.3))),
        .corrupt(.packets(0.2)),
    ]

    /// The bytes come at the same time, cut differently: they leave at the same time, and the same bits are turned.
    @Test(arguments: [[20_000], [1, 19_999], [1459, 1, 1460, 17_080], [Int](repeating: 100, count: 200)])
    func cutsChangeNothing(cuts: [Int]) {
        func run(_ cuts: [Int]) -> (arrivals: [Instant], flips: Set<Flip>) {
            var lane = Lane(Self.chancy[0], Self.chancy[1], Self.chancy[2], seed: 7)
            for count in cuts { lane.send(count) }
            lane.settle()
            let flips = lane.out.compactMap { if case .flip(let flip) = $0.action { flip } else { nil } }
            return (lane.arrivals, Set(flips))
        }
        let (whole, pieces) = (run([20_000]), run(cuts))
        #expect(whole.arrivals == pieces.arrivals)
        #expect(whole.flips == pieces.flips)
        #expect(!whole.flips.isEmpty)
    }

    /// Nor do the cuts that a condition in front makes.
    @Test func whatIsCutInFrontIsDrawnAsItWas() throws {
        func flips(_ lane: Lane) -> Set<Flip> {
            Set(lane.out.compactMap { if case .flip(let flip) = $0.action { flip } else { nil } })
        }
        // The second place in both, so that both draw from one key.
        let slice = try #require(Slice(size: 1000, variation: 300, pause: 1))
        var (plain, sliced) = (
            Lane(.latency(Latency(mean: 0)), .corrupt(.packets(0.3))), Lane(.slice(slice), .corrupt(.packets(0.3)))
        )
        plain.send(100_000)
        sliced.send(100_000)
        sliced.settle()
        #expect(sliced.out.count > plain.out.count)
        #expect(flips(plain) == flips(sliced) && !flips(plain).isEmpty)
    }

    @Test func oneSeedIsOneRunAndConnectionsDiffer() {
        func run(seed: UInt64, connection: UInt64) -> [Instant] {
            var lane = Lane(Self.chancy[0], Self.chancy[1], seed: seed, connection: connection)
            for _ in 0..<20 {
                lane.send(64)
                lane.pass(ms(100))
            }
            lane.settle()
            return lane.arrivals
        }
        #expect(run(seed: 1, connection: 1) == run(seed: 1, connection: 1))
        #expect(run(seed: 1, connection: 1) != run(seed: 1, connection: 2))
        #expect(run(seed: 1, connection: 1) != run(seed: 2, connection: 1))
    }

    /// Each message of a conversation is a packet of its own, however small.
    @Test func smallMessagesDrawEachForItself() {
        var lane = Lane(.latency(Latency(mean: ms(50), jitter: ms(20))))
        var delays: Set<Instant> = []
        for _ in 0..<20 {
            let sent = lane.now
            lane.send(10)
            lane.pass(ms(200))
            delays.insert((lane.arrivals.last ?? 0) - sent)
        }
        #expect(delays.count > 15)
    }

    /// Millions of small pieces are due at once: no call may take as long as all of them.
    @Test func smallPiecesGoInTurns() throws {
        var lane = Lane(.slice(try #require(Slice(size: 1))))
        lane.send(100_000)
        #expect((1...1000).contains(lane.forwarded))
        #expect(lane.path.wake == lane.now)
        lane.settle()
        #expect(lane.arrivals == [Instant](repeating: 0, count: 100_000))
    }

    @Test func piecesThatFindNoRoomBehindThemAreNotLateByIt() throws {
        var lane = Lane(.slice(try #require(Slice(size: 1))), .latency(Latency(mean: ms(100))))
        lane.send(20_000)
        lane.pass(ms(3))
        lane.send(20_000)
        lane.end()
        lane.settle()
        #expect(Set(lane.arrivals) == [ms(100), ms(103)])
        #expect(lane.arrivals.count == 40_000)
        #expect(lane.out.last?.action == .finish && lane.out.last?.at == ms(103))
    }

    @Test func piecesThatNobodyTakesKeepNobodyAwake() throws {
        var lane = Lane(.slice(try #require(Slice(size: 1))), .latency(Latency(mean: ms(1))))
        lane.takes(false)
        lane.send(20_000)
        lane.settle()
        #expect(lane.forwarded == 0 && lane.path.wake == nil)
        lane.takes(true)
        lane.settle()
        #expect(lane.forwarded == 20_000)
    }
}
