import HomeportConditions
import Testing

@Suite struct ChangeTests {
    private func keyed(_ stages: (UInt64, Stage)...) -> [KeyedStage<Stage>] { stages.map { KeyedStage(key: $0, $1) } }

    @Test func whatComesAndGoesBesideItLeavesAConditionAsItIs() {
        var lane = Lane(.latency(Latency(mean: ms(100))))
        lane.send(10)
        lane.pass(ms(40))
        lane.become(keyed((7, .slowClose(SlowClose(delay: 1))), (0, .latency(Latency(mean: ms(100)))), (8, .stall)))
        lane.pass(ms(100))
        #expect(lane.forwarded == 0)
        lane.become(keyed((0, .latency(Latency(mean: ms(100))))))
        #expect(lane.arrivals == [Instant](repeating: ms(140), count: 10))
    }

    @Test func whatWaitedForAConditionThatGoesIsJudgedByTheNext() {
        var lane = Lane(.stall, .latency(Latency(mean: ms(10))))
        lane.send(10)
        lane.pass(ms(50))
        lane.become(keyed((1, .latency(Latency(mean: ms(10))))))
        lane.pass(ms(9))
        #expect(lane.forwarded == 0)
        lane.pass(ms(1))
        #expect(lane.forwarded == 10)
    }

    @Test func theOrderStaysWhateverGoes() {
        var lane = Lane(.latency(Latency(mean: ms(10))), .latency(Latency(mean: ms(10))), .stall)
        for count in 1...5 {
            lane.send(count)
            lane.pass(ms(7))
        }
        lane.end()
        lane.become([])
        #expect(lane.out.map(\.action) == [.forward(15), .finish])
    }

    @Test func aNewLimitOfBytesCountsFromTheBeginningOfTheConnection() {
        var lane = Lane()
        lane.send(100)
        lane.become(keyed((1, .termination(Termination(afterBytes: 150, how: .close)))))
        lane.send(100)
        #expect(lane.out.map(\.action) == [.forward(100), .forward(50), .end(.close)])
    }

    @Test func aLimitThatIsPassedAlreadyEndsTheConnectionAtOnce() {
        var lane = Lane()
        lane.send(100)
        lane.become(keyed((1, .termination(Termination(afterBytes: 50, how: .reset)))))
        #expect(lane.out.map(\.action) == [.forward(100), .end(.reset)])
    }

    /// Draws are by key and offset: a condition that comes or goes beside another one changes nothing for it.
    @Test func drawsDoNotDependOnTheNeighbours() {
        let jitter = Stage.latency(Latency(mean: ms(50), jitter: ms(20)))
        var (alone, beside) = (Lane(.latency(Latency(mean: 0)), jitter), Lane())
        beside.become(keyed((1, jitter)))
        alone.become(keyed((0, .latency(Latency(mean: 0))), (1, jitter)))
        for _ in 0..<50 {
            alone.send(1000)
            beside.send(1000)
            alone.pass(ms(10))
            beside.pass(ms(10))
        }
        alone.settle()
        beside.settle()
        #expect(alone.arrivals == beside.arrivals)
    }

    @Test func aThousandChangesLoseNothing() {
        let all: [[KeyedStage<Stage>]] = [
            keyed((1, .latency(Latency(mean: ms(3), jitter: ms(2))))),
            keyed((2, .rate(Rate(bitsPerSecond: 80_000_000)))),
            keyed((1, .latency(Latency(mean: ms(9)))), (3, .stall)), [],
            keyed((4, .loss(StreamLoss(.bernoulli(0.05)))), (1, .latency(Latency(mean: ms(1))))),
        ]
        var lane = Lane()
        let draws = Draws(seed: 5)
        for turn in 0..<1000 {
            lane.send(Int(draws.bits(at: UInt64(turn)) % 5000) + 1)
            lane.become(all[Int(draws.bits(at: UInt64(turn), use: 1) % UInt64(all.count))])
            lane.pass(ms(1))
        }
        let sent = (0..<1000).reduce(0) { $0 + Int(draws.bits(at: UInt64($1)) % 5000) + 1 }
        lane.end()
        lane.become([])
        #expect(lane.forwarded == sent && lane.path.held == 0)
        #expect(lane.out.last?.action == .finish)
    }

    /// What went by unseen while there was no condition is in the stream all the same.
    @Test func aConditionThatComesBackWithinAPauseFindsItsPlace() {
        var lane = Lane(.loss(StreamLoss(.bernoulli(0.5), recovery: 1)))
        lane.send(100)
        lane.become([])
        lane.settle()
        lane.skip(5000)
        lane.become(keyed((0, .loss(StreamLoss(.bernoulli(0.5), recovery: 1)))))
        lane.send(3000)
        lane.settle()
        #expect(lane.forwarded == 3100)
    }

    // MARK: Steps

    @Test func stepsAreTheSameForAllStreamsAndChangeWithTime() {
        let steps = Stage.steps(LatencySteps(least: ms(10), spread: ms(30), every: ms(15_000), draws: Draws(seed: 9)))
        var lanes = [Lane(steps, connection: 1), Lane(steps, connection: 2)]
        for _ in 0..<10 {
            for index in lanes.indices {
                lanes[index].send(1)
                lanes[index].pass(ms(15_000))
            }
        }
        #expect(lanes[0].arrivals == lanes[1].arrivals)
        let delays = lanes[0].arrivals.enumerated().map { $1 - ms(Double($0) * 15_000) }
        #expect(Set(delays).count == 10)
        #expect(delays.allSatisfy { $0 >= ms(10) && $0 < ms(40) })
    }

    // MARK: Packets

    /// However it lies in the stream: a message that fits a packet has one delay.
    @Test func aMessageThatFitsAPacketIsNotTornApart() {
        var lane = Lane(.latency(Latency(mean: ms(5), jitter: ms(4))))
        for _ in 0..<200 {
            lane.send(1000)
            lane.pass(ms(20))
        }
        let pieces = lane.out.map(\.action)
        #expect(pieces == [StreamPath.Action](repeating: .forward(1000), count: 200))
    }
}
