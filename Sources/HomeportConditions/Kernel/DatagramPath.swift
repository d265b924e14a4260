/// One direction of one flow of datagrams: conditions in a row, in each of which datagrams wait for their own moment.
///
/// Pure, like ``StreamPath``: told what arrives and what time it is, it says what goes on. A datagram enters a condition at the
/// moment it was due to leave the one before, however late anybody looked. Unlike a stream's bytes, datagrams overtake each
/// other where a condition lets them.
public struct DatagramPath<Payload: Sendable>: Sendable {
    private struct Waiting {
        var datagram: Datagram
        let payload: Payload
        var flips: [Flip] = []
        /// Set apart by the condition: it goes on when so many later ones have.
        var behind: Int?
        /// Nil waits for a change.
        var due: Instant?
    }

    private struct Station {
        let key: UInt64
        var condition: DatagramStage
        let draws: Draws
        var waiting = DueQueue<Waiting>()
        /// The last moment that was given to one that keeps its place.
        var last: Instant = 0
        /// At which of its rates a shared line has given its moments.
        var epoch: UInt64?
        var effect = Effect()

        init(_ stage: KeyedStage<DatagramStage>, _ draws: Draws) {
            key = stage.key
            condition = stage.stage
            if case .rate(let rate) = condition { epoch = rate.line.epoch }
            self.draws = draws.of(stage.key)
        }
    }

    private var stations: [Station]
    private let draws: Draws
    /// Bytes that may wait.
    private let limit: Int
    private var count: UInt64 = 0
    /// What the stations have decided since it was taken last; nil where nobody wants to know.
    private var decisions: [Decision]?

    /// Bytes that have come, those among them that found no room.
    public private(set) var received: UInt64 = 0
    /// Bytes that wait.
    public private(set) var held = 0
    /// What those take in all, with what is kept of each beside its bytes.
    public private(set) var load = 0
    /// Bytes that a waiting datagram takes beside its own.
    public static var overhead: Int { 256 }
    /// Datagrams that found no room.
    public private(set) var overflowed: UInt64 = 0

    /// - Parameter limit: What ``load`` may be; what comes beyond is dropped and counted.
    public init(_ stages: [KeyedStage<DatagramStage>], draws: Draws, limit: Int, isLogged: Bool = false) {
        decisions = isLogged ? [] : nil
        stations = stages.map { Station($0, draws) }
        self.draws = draws
        self.limit = limit
    }

    /// Whether datagrams go through without being looked at.
    public var isEmpty: Bool { stations.isEmpty }

    /// When to call ``run(now:_:)`` again.
    public var wake: Instant? {
        var wake: Instant?
        for station in stations {
            if let due = station.waiting.first?.due { wake = min(wake ?? due, due) }
        }
        return wake
    }

    /// A datagram has come.
    /// - Parameters:
    ///   - count: Bytes of payload.
    ///   - deliver: Called for each that goes on now, with the bits of it that are turned over.
    public mutating func offer(
        _ payload: Payload,
        count: Int,
        now: Instant,
        _ deliver: (Payload, [Flip]) -> Void
    ) {
        let datagram = Datagram(number: self.count, count: count, entered: now)
        self.count += 1
        received &+= UInt64(count)
        guard hold(count) else { return }
        enter(0, Waiting(datagram: datagram, payload: payload), now, deliver)
        run(now: now, deliver)
    }

    private mutating func hold(_ count: Int) -> Bool {
        guard load + count + Self.overhead <= limit else {
            overflowed += 1
            return false
        }
        held += count
        load += count + Self.overhead
        return true
    }

    private mutating func letGo(_ count: Int) {
        held -= count
        load -= count + Self.overhead
    }

    /// Lets everything go on that is due.
    public mutating func run(now: Instant, _ deliver: (Payload, [Flip]) -> Void) {
        for index in stations.indices {
            while let first = stations[index].waiting.first, let due = first.due, due <= now {
                stations[index].waiting.removeFirst()
                let delay = due - first.datagram.entered
                if delay > 0 { stations[index].effect.held(delay) }
                leave(index, first, at: due, deliver)
            }
        }
    }

    /// Puts other conditions in the place of those there were: see ``StreamPath/become(_:now:_:)``.
    public mutating func become(
        _ stages: [KeyedStage<DatagramStage>],
        now: Instant,
        _ deliver: (Payload, [Flip]) -> Void
    ) {
        let old = stations
        stations = stages.map { stage in
            guard var station = old.first(where: { $0.key == stage.key }) else {
                stage.stage.begin(now)
                return Station(stage, draws)
            }
            station.condition.become(stage.stage, now: now)
            return station
        }
        // What waited for a condition that is gone goes on to the next that is still there, the furthest on first.
        for (index, gone) in old.enumerated().reversed() where !stages.contains(where: { $0.key == gone.key }) {
            let next = old[(index + 1)...].lazy.compactMap { later in stages.firstIndex { $0.key == later.key } }.first
            for var waiting in gone.waiting.inOrder {
                waiting.datagram.entered = now
                enter(next ?? stations.count, waiting, now, deliver)
            }
        }
        for index in stations.indices where old.contains(where: { $0.key == stations[index].key }) {
            judgeAnew(index, now)
        }
        run(now: now, deliver)
    }

    /// The stage with this key, as it is now.
    public func stage(_ key: UInt64) -> DatagramStage? { stations.first { $0.key == key }?.condition }

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

    private mutating func note(_ index: Int, _ datagram: Datagram, _ what: Decision.What) {
        decisions?.append(Decision(stations[index].key, datagram, what))
    }

    // MARK: A datagram's way

    private mutating func enter(_ index: Int, _ waiting: Waiting, _ now: Instant, _ deliver: (Payload, [Flip]) -> Void)
    {
        guard index < stations.count else {
            letGo(waiting.datagram.count)
            return deliver(waiting.payload, waiting.flips)
        }
        var waiting = Waiting(datagram: waiting.datagram, payload: waiting.payload, flips: waiting.flips)
        let entered = waiting.datagram.entered
        switch stations[index].condition.judge(waiting.datagram, draws: stations[index].draws) {
        case .leave(let due): waiting.due = max(due, entered)
        case .follow(let due):
            waiting.due = max(due, entered, stations[index].last)
            stations[index].last = waiting.due ?? 0
        case .hold: waiting.due = nil
        case .park(let behind, let until):
            stations[index].effect.hits += 1
            (waiting.behind, waiting.due) = (behind, until)
        case .twice:
            stations[index].effect.hits += 1
            note(index, waiting.datagram, .twice)
            if hold(waiting.datagram.count) { leave(index, waiting, at: entered, deliver) }
            return leave(index, waiting, at: entered, deliver)
        case .flipped(let flip):
            stations[index].effect.hits += 1
            note(index, waiting.datagram, .flip(offset: flip.offset, mask: flip.mask))
            waiting.flips.append(flip)
            return leave(index, waiting, at: entered, deliver)
        case .drop:
            stations[index].effect.hits += 1
            note(index, waiting.datagram, .discard)
            stations[index].effect.discarded += UInt64(waiting.datagram.count)
            letGo(waiting.datagram.count)
            return
        }
        // Most conditions let most datagrams pass at once.
        if waiting.due == entered, waiting.behind == nil { return leave(index, waiting, at: entered, deliver) }
        stations[index].waiting.insert(waiting, due: waiting.due)
    }

    private mutating func leave(
        _ index: Int,
        _ waiting: Waiting,
        at time: Instant,
        _ deliver: (Payload, [Flip]) -> Void
    ) {
        if time > waiting.datagram.entered {
            note(index, waiting.datagram, .delay(time - waiting.datagram.entered))
        }
        var next = waiting
        next.datagram.entered = time
        enter(index + 1, next, time, deliver)
        guard waiting.behind == nil, case .reorder = stations[index].condition else { return }
        for var freed in stations[index].waiting.takeAll(where: { parked in
            parked.behind = (parked.behind ?? 1) - 1
            return parked.behind == 0
        }) {
            if time > freed.datagram.entered { note(index, freed.datagram, .delay(time - freed.datagram.entered)) }
            freed.datagram.entered = time
            enter(index + 1, freed, time, deliver)
        }
    }

    /// Its condition has changed.
    private mutating func judgeAnew(_ index: Int, _ now: Instant) {
        if case .rate(let rate) = stations[index].condition {
            let epoch = rate.line.epoch
            defer { stations[index].epoch = epoch }
            // Its moments still hold; asking for others would take the line twice.
            if stations[index].epoch == epoch { return }
        }
        stations[index].last = 0
        var queue = DueQueue<Waiting>()
        for var waiting in stations[index].waiting.inOrder {
            switch stations[index].condition.judgeAnew(waiting.datagram, draws: stations[index].draws) {
            case .leave(let due): waiting.due = max(due, waiting.datagram.entered)
            case .follow(let due):
                waiting.due = max(due, stations[index].last)
                stations[index].last = waiting.due ?? 0
            case .park(let behind, let until): (waiting.behind, waiting.due) = (waiting.behind ?? behind, until)
            case .hold: waiting.due = nil
            // What has been let in is not lost by a change, and what waited is not doubled by one.
            case .drop, .twice, .flipped: waiting.due = now
            }
            queue.insert(waiting, due: waiting.due)
        }
        stations[index].waiting = queue
    }
}
