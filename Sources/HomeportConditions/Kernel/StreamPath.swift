/// One direction of one connection: conditions in a row, each with a queue of its own.
///
///     bytes ─▶ station ─▶ station ─▶ … ─▶ actions
///
/// Pure: it is told what arrives and what time it is, and says what to do. Whoever holds the bytes keeps them in one FIFO and
/// carries the actions out in order. A segment enters a station at the moment it was due to leave the one before, however
/// late anybody looked: so two latencies of 100 ms make 200 ms, exactly.
public struct StreamPath: Sendable {
    /// What to do with the bytes, in order.
    public enum Action: Sendable, Hashable {
        /// The next bytes of the FIFO go on.
        case forward(Int)
        /// The next bytes of the FIFO go on, and not together with what is before or behind them.
        case write(Int)
        /// The next bytes of the FIFO are thrown away.
        case discard(Int)
        /// Turns bits over, before the byte is forwarded.
        case flip(Flip)
        /// Passes the stream's end on.
        case finish
        /// The sender broke off, and everything before it was forwarded: break off, too.
        case abort
        /// A condition ends the connection: both directions.
        case end(Ending)
    }

    private struct Station {
        let key: UInt64
        var condition: Stage
        let draws: Draws
        var queue = SegmentQueue()
        var stay: Stay
        /// Its condition has ended the connection: nothing goes on from here.
        var isShut = false
        /// What waits has no room behind it.
        var isHeldUp = false
        var effect = Effect()

        init(_ stage: KeyedStage<Stage>, _ draws: Draws, _ stay: Stay) {
            key = stage.key
            condition = stage.stage
            self.draws = draws.of(stage.key)
            self.stay = stay
        }
    }

    private var stations: [Station]
    private let draws: Draws
    private let opened: Instant
    /// Bytes that have come.
    public private(set) var offset: UInt64 = 0
    private var lastOffer: Instant = 0
    private var packet: UInt64 = 0
    /// What the stations have decided since it was taken last; nil where nobody wants to know.
    private var decisions: [Decision]?
    /// What has passed all stations and waits for the receiver.
    private var passing = SegmentQueue()

    /// Whether the receiver takes more. While it does not, what is due waits.
    public var isWritable = true
    /// Bytes that wait.
    public private(set) var held = 0
    /// When to call ``run(now:)`` again; nil when only a change, an arrival or writability can move anything.
    public private(set) var wake: Instant?
    /// Nothing more will come of it.
    public private(set) var isOver = false

    /// - Parameters:
    ///   - stages: In the order in which bytes pass them.
    ///   - draws: This stream's own; each stage has its own of them, by its key.
    ///   - opened: When the connection was.
    ///   - isLogged: Whether what is decided is kept for ``takeDecisions(_:)``.
    public init(_ stages: [KeyedStage<Stage>], draws: Draws, opened: Instant, isLogged: Bool = false) {
        decisions = isLogged ? [] : nil
        let stay = Stay(opened: opened, since: opened, last: opened)
        stations = stages.map { Station($0, draws, stay) }
        self.draws = draws
        self.opened = opened
    }

    // MARK: Events

    /// Bytes have come.
    public mutating func offer(_ count: Int, now: Instant, _ actions: inout [Action]) {
        guard !isOver, count > 0 else { return }
        if now &- lastOffer >= Packets.pause { packet = offset }
        lastOffer = now
        enter(Segment(start: offset, count: count, kind: .data, entered: now, drawnAt: packet))
        offset += UInt64(count)
        packet = Packets.start(of: offset, after: packet)
        held += count
        run(now: now, &actions)
    }

    /// Whether what comes goes, at once and whatever the time is: there are no conditions, and nothing waits.
    public var isClear: Bool { stations.isEmpty && passing.isEmpty && !isOver }

    /// Whether nothing waits, no end either.
    public var isEmpty: Bool { passing.isEmpty && stations.allSatisfy(\.queue.isEmpty) }

    /// Bytes have come and gone by a clear path: what ``offer(_:now:_:)`` would say, without asking.
    public mutating func skip(_ count: Int) {
        offset += UInt64(count)
        packet = Packets.start(of: offset, after: packet)
    }

    /// The sender has ended its side, in order or not.
    public mutating func offer(_ kind: Segment.Kind, now: Instant, _ actions: inout [Action]) {
        guard !isOver, kind != .data else { return }
        enter(Segment(start: offset, count: 0, kind: kind, entered: now, drawnAt: offset))
        run(now: now, &actions)
    }

    /// Puts other conditions in the place of those there were, for what waits as for what is to come.
    ///
    /// A stage whose key is still there goes on from where it is, with its new parameters. What waited for one that is gone
    /// goes on to the next at this moment; nothing is lost, and nothing overtakes.
    public mutating func become(_ stages: [KeyedStage<Stage>], now: Instant, _ actions: inout [Action]) {
        var old = stations[...]
        var new: [Station] = []
        for stage in stages {
            guard let found = old.firstIndex(where: { $0.key == stage.key }) else {
                new.append(Station(stage, draws, Stay(opened: opened, since: now, last: now)))
                continue
            }
            var station = old[found]
            // The nearest is the furthest on.
            for gone in old[..<found].reversed() { leave(gone, to: &station.queue, now) }
            station.condition.become(stage.stage, now: now)
            old = old[(found + 1)...]
            new.append(station)
        }
        for gone in old.reversed() { leave(gone, to: &passing, now) }
        // What a new one has missed has passed it.
        var next = offset
        for index in new.indices {
            if !stations.contains(where: { $0.key == new[index].key }) {
                new[index].stay.passed = next
                new[index].stay.passedBefore = next
                if next > 0 { new[index].stay.used = now }
                new[index].condition.begin(now)
            }
            if !new[index].queue.isEmpty { next = new[index].queue.first.start }
        }
        stations = new
        run(now: now, &actions)
    }

    /// What waited for a station that is gone goes on.
    private func leave(_ gone: Station, to queue: inout SegmentQueue, _ now: Instant) {
        queue.takeAll(of: gone.queue, at: now)
        guard gone.condition.endsConnectionsWhenRemoved, !gone.isShut else { return }
        queue.append(Segment(start: offset, count: 0, kind: .termination(.close), entered: now, drawnAt: offset))
    }

    /// The stage with this key, as it is now.
    public func stage(_ key: UInt64) -> Stage? { stations.first { $0.key == key }?.condition }

    /// What each stage has done since this was asked last.
    public mutating func takeEffects(_ take: (_ key: UInt64, Effect) -> Void) {
        for index in stations.indices where stations[index].effect.hits > 0 {
            take(stations[index].key, stations[index].effect)
            stations[index].effect = Effect()
        }
    }

    /// What has been decided since this was asked last, in order.
    public mutating func takeDecisions(_ take: ([Decision]) -> Void) {
        guard let decided = decisions, !decided.isEmpty else { return }
        decisions?.removeAll(keepingCapacity: true)
        take(decided)
    }

    private mutating func note(_ index: Int, _ segment: Segment, _ what: Decision.What) {
        decisions?.append(Decision(stations[index].key, segment, what))
    }

    private mutating func enter(_ segment: Segment) {
        // Without conditions, what comes goes.
        if stations.isEmpty { passing.append(segment) } else { stations[0].queue.append(segment) }
    }

    // MARK: Time

    /// Moves what is due. To be called when ``wake`` has come, and when the receiver takes more again.
    ///
    /// Small pieces are many: what is due of them beyond ``mostPieces`` waits for the next call, and ``wake`` is now. A station
    /// goes on as long as there is room behind it; it is asked lazily anyway, so no piece is late by that.
    public mutating func run(now: Instant, _ actions: inout [Action]) {
        guard !isOver else { return }
        wake = nil
        for index in stations.indices {
            endByItself(index, now)
            while !stations[index].queue.isEmpty, hasRoom(behind: index), step(index, now, &actions) {
                endByItself(index, now)
            }
            stations[index].isHeldUp = !stations[index].queue.isEmpty && !hasRoom(behind: index)
        }
        var pieces = 0
        while !passing.isEmpty {
            let segment = passing.first
            guard isWritable || segment.isLost else { break }
            guard pieces < Self.mostPieces else { return wakeBy(now) }
            pieces += segment.isPiece ? 1 : 0
            passing.removeFirst()
            leave(segment, &actions)
            if isOver { return }
        }
        for index in stations.indices where stations[index].isHeldUp && hasRoom(behind: index) { wakeBy(now) }
    }

    /// What may wait between two stations, and what leaves in one call: a millisecond or two of work.
    static let mostPieces = 256

    private func hasRoom(behind index: Int) -> Bool {
        (index + 1 < stations.count ? stations[index + 1].queue.count : passing.count) < Self.mostPieces
    }

    private mutating func endByItself(_ index: Int, _ now: Instant) {
        let station = stations[index]
        guard !station.isShut,
            let ending = station.condition.ending(in: station.stay)
        else { return }
        if ending.at <= now {
            terminate(index, ending.how, at: max(ending.at, station.stay.last))
        } else {
            wakeBy(ending.at)
        }
    }

    private mutating func terminate(_ index: Int, _ how: Ending, at time: Instant) {
        stations[index].isShut = true
        stations[index].effect.hits += 1
        let passed = stations[index].stay.passed
        let here = Segment(start: passed, count: 0, kind: .termination(how), entered: time, drawnAt: passed)
        note(index, here, .end(how, after: time - min(time, opened)))
        pass(
            Segment(start: offset, count: 0, kind: .termination(how), entered: time, drawnAt: offset),
            from: index,
            at: time
        )
    }

    /// - Returns: Whether the head of the queue has moved.
    private mutating func step(_ index: Int, _ now: Instant, _ actions: inout [Action]) -> Bool {
        let segment = stations[index].queue.first
        if stations[index].stay.used == nil {
            stations[index].stay.used = segment.entered
            endByItself(index, now)
        }
        let verdict: Verdict =
            if segment.isLost {
                .leave(at: segment.entered)
            } else if stations[index].isShut {
                .discard
            } else {
                stations[index].condition
                    .judge(segment, now: now, draws: stations[index].draws, stay: stations[index].stay)
            }
        switch verdict {
        case .leave(let time):
            let due = max(time, stations[index].stay.last, segment.entered)
            guard due <= now else {
                wakeBy(due)
                return false
            }
            stations[index].queue.removeFirst()
            stations[index].stay.last = due
            stations[index].stay.passed += UInt64(segment.count)
            if time > segment.entered { note(index, segment, .delay(time - segment.entered)) }
            if due > segment.entered { stations[index].effect.held(due - segment.entered) }
            if !segment.isLost, let flip = stations[index].condition.flips(in: segment, draws: stations[index].draws) {
                stations[index].effect.hits += 1
                note(index, segment, .flip(offset: flip.offset, mask: flip.mask))
                actions.append(.flip(flip))
            }
            var passed = segment
            if stations[index].condition.makesPiece(segment), !passed.isPiece {
                passed.isPiece = true
                note(index, segment, .piece)
                stations[index].effect.hits += 1
            }
            pass(passed, from: index, at: due)
        case .split(let count):
            guard count > 0, count < segment.count else { return false }
            var first = segment
            first.count = count
            stations[index].queue.first = segment.rest(after: count)
            stations[index].queue.prepend(first)
        case .discard:
            stations[index].queue.removeFirst()
            stations[index].effect.hits += 1
            stations[index].effect.discarded += UInt64(segment.count)
            note(index, segment, .discard)
            var lost = segment
            lost.isLost = true
            pass(lost, from: index, at: max(segment.entered, stations[index].stay.last))
        case .terminate(let how): terminate(index, how, at: max(segment.entered, stations[index].stay.last))
        case .hold: return false
        }
        return true
    }

    private mutating func pass(_ segment: Segment, from index: Int, at time: Instant) {
        var segment = segment
        segment.entered = time
        if index + 1 < stations.count { stations[index + 1].queue.append(segment) } else { passing.append(segment) }
    }

    private mutating func leave(_ segment: Segment, _ actions: inout [Action]) {
        held -= segment.count
        switch (segment.kind, segment.isLost) {
        case (.data, false):
            if segment.isPiece {
                actions.append(.write(segment.count))
            } else if case .forward(let before) = actions.last {
                actions[actions.count - 1] = .forward(before + segment.count)
            } else {
                actions.append(.forward(segment.count))
            }
        case (.data, true):
            if case .discard(let before) = actions.last {
                actions[actions.count - 1] = .discard(before + segment.count)
            } else {
                actions.append(.discard(segment.count))
            }
        case (_, true): break
        case (.end, false): actions.append(.finish)
        case (.abort, false): over(.abort, &actions)
        case (.termination(let how), false): over(.end(how), &actions)
        }
    }

    private mutating func over(_ action: Action, _ actions: inout [Action]) {
        isOver = true
        wake = nil
        actions.append(action)
    }

    private mutating func wakeBy(_ time: Instant) { wake = wake.map { min($0, time) } ?? time }
}
