import HomeportConditions
import HomeportCore

/// One condition of a link, before it belongs to a connection or a flow.
enum ConditionTemplate: Sendable {
    case rate(ByteRate, per: RateScope, queue: Int?)
    case latency(Latency)
    case steps(spread: UInt64, every: UInt64)
    case loss(LossProcess.Model, recovery: UInt64)
    case duplicate(Double)
    case reorder(Double)
    case corrupt(Corrupt)
    case slice(Slice)
    case slowClose(UInt64)
    case blackhole
    case stall
    case termination(Termination)
    case timeout(Termination)
    case trace(DeliveryTrace)
    /// What a log says.
    case replay(Recording.Part)
}

extension ConditionWords {
    /// What the words ask for, in the order in which it acts; each with its word.
    var templates: [(word: String, template: ConditionTemplate)] {
        var all: [(String, ConditionTemplate)] = []
        if let rate = self[.rate] {
            let queue = self[.queue].map { Int(clamping: $0.bytes) }
            all.append(("rate", .rate(rate, per: self[.ratePer] ?? .link, queue: queue)))
        }
        if let trace = self[.trace] { all.append(("trace", .trace(trace))) }
        if let mean = self[.latency] {
            var latency = Latency(
                mean: mean.nanoseconds,
                jitter: self[.jitter]?.nanoseconds ?? 0,
                distribution: self[.distribution] ?? .uniform,
                correlation: self[.correlation]?.fraction ?? 0
            )
            latency.keepsOrder = self[.keepOrder] ?? false
            if mean > .zero || latency.jitter > 0 { all.append(("latency", .latency(latency))) }
        }
        if let step = self[.step], step > .zero {
            let every = self[.stepEvery] ?? .seconds(15)
            all.append(("step", .steps(spread: step.nanoseconds, every: every.nanoseconds)))
        }
        if let loss = self[.loss], loss.rate > 0 {
            let recovery = self[.recovery]?.nanoseconds ?? StreamLoss.usualRecovery
            all.append(("loss", .loss(loss, recovery: recovery)))
        }
        if let share = self[.duplicate]?.fraction, share > 0 { all.append(("duplicate", .duplicate(share))) }
        if let share = self[.reorder]?.fraction, share > 0 { all.append(("reorder", .reorder(share))) }
        if let share = self[.corrupt]?.fraction, share > 0 { all.append(("corrupt", .corrupt(.packets(share)))) }
        for offset in self[.corruptAt] ?? [] { all.append(("corrupt_at", .corrupt(.byte(at: offset, mask: 1)))) }
        if let size = self[.slice],
            let slice = Slice(
                size: Int(clamping: size.bytes),
                variation: Int(clamping: self[.sliceVariation]?.bytes ?? 0),
                pause: self[.slicePause]?.nanoseconds ?? 0
            )
        {
            all.append(("slice", .slice(slice)))
        }
        if let delay = self[.slowClose], delay > .zero { all.append(("slow_close", .slowClose(delay.nanoseconds))) }
        if self[.blackhole] == true { all.append(("blackhole", .blackhole)) }
        if self[.stall] == true { all.append(("stall", .stall)) }
        if let time = self[.timeout] {
            let time = time > .zero ? time.nanoseconds : nil
            all.append(("timeout", .timeout(Termination(afterTime: time, from: .arrival, how: .close))))
        }
        if let limit = self[.limitData] {
            let limit = Termination(afterBytes: limit.bytes, from: .arrival, how: .close)
            all.append(("limit_data", .termination(limit)))
        }
        if let time = self[.resetPeer] {
            let reset = Termination(afterTime: time.nanoseconds, from: .use, how: .reset)
            all.append(("reset_peer", .termination(reset)))
        }
        if let life = self[.closeAfter] { all.append(("close_after", .termination(life.termination(.close)))) }
        if let life = self[.resetAfter] { all.append(("reset_after", .termination(life.termination(.reset)))) }
        return all
    }
}

extension ConditionWords {
    /// When it acts; nil is always.
    var schedule: Schedule? {
        guard Self.scheduleWords.contains(where: { self[named: $0] != nil }) else { return nil }
        var schedule = Schedule()
        schedule.from = self[.from]?.nanoseconds ?? 0
        schedule.until = self[.until]?.nanoseconds ?? self[.lasting].map { schedule.from &+ $0.nanoseconds }
        schedule.ramp = self[.ramp]?.nanoseconds ?? 0
        schedule.flap = self[.flap]
        schedule.period = self[.period]?.nanoseconds
        return schedule
    }

    private static let scheduleWords = ["from", "for", "until", "ramp", "flap", "repeat"]

    /// What cannot be between two moments.
    var scheduleContradiction: (word: String, what: String, fix: String)? {
        guard let schedule else { return nil }
        if self[named: "for"] != nil, self[named: "until"] != nil {
            return ("until", "for and until both say when it ends", "leave one of them out")
        }
        if let until = schedule.until, until <= schedule.from {
            return ("until", "it would end before it begins", "write an until that is later than from")
        }
        if let period = schedule.period {
            if period < 20_000_000 { return ("repeat", "it would come again too soon", "write at least 20ms") }
            if schedule.from >= period || schedule.until ?? 0 > period {
                return ("repeat", "it would come again before it is over", "write a longer repeat")
            }
        }
        if schedule.ramp > 0, let word = templates.first(where: { $0.template.scaled(by: 0.5) == nil })?.word {
            return ("ramp", "\(word) is there or not: it cannot rise", "use from, for or flap")
        }
        if schedule.ramp > 0, schedule.ramp < 100_000_000 {
            return ("ramp", "its 50 steps would be too short to be kept", "write at least 100ms")
        }
        return nil
    }

    /// Which connections it meets.
    var selection: Selection {
        Selection(
            share: self[.share]?.fraction,
            first: self[.first],
            every: self[.every],
            clientPorts: self[.ports],
            begins: self[.begins].map { Array($0.utf8) },
            serverName: self[.serverName]
        )
    }
}

extension ConnectionLife {
    fileprivate func termination(_ how: Ending) -> Termination {
        switch self {
        case .time(let time): Termination(afterTime: time.nanoseconds, how: how)
        case .bytes(let count): Termination(afterBytes: count.bytes, how: how)
        }
    }
}

extension Duration {
    /// What words take is never negative; beyond 292 years is 292 years.
    var nanoseconds: UInt64 { UInt64(max(0, wholeNanoseconds)) }
}

extension ConditionTemplate {
    /// Part of the way to what it is: a lower delay or chance, a higher rate.
    /// - Parameter strength: Above 0; at 1 it is itself.
    /// - Returns: nil for what is there or not.
    func scaled(by strength: Double) -> ConditionTemplate? {
        if strength >= 1 { return self }
        switch self {
        case .rate(let rate, let scope, let queue):
            let bits = Double(rate.bitsPerSecond) / strength
            return .rate(ByteRate(bitsPerSecond: UInt64(min(bits, 1e15))), per: scope, queue: queue)
        case .latency(var latency):
            latency.mean = UInt64(Double(latency.mean) * strength)
            latency.jitter = UInt64(Double(latency.jitter) * strength)
            return .latency(latency)
        case .steps(let spread, let every): return .steps(spread: UInt64(Double(spread) * strength), every: every)
        case .loss(let model, let recovery): return .loss(model.scaled(by: strength), recovery: recovery)
        case .duplicate(let share): return .duplicate(share * strength)
        case .reorder(let share): return .reorder(share * strength)
        case .corrupt(.packets(let share)): return .corrupt(.packets(share * strength))
        case .corrupt(.byte), .slice, .slowClose, .blackhole, .stall, .termination, .timeout, .trace,
            .replay:
            return nil
        }
    }

    /// For one connection. nil for what a stream does not have.
    func stream(_ line: Bottleneck?, _ draws: Draws, _ connection: ConnectionFacts) -> Stage? {
        switch self {
        case .rate(let rate, _, _): .rate(line.map { Rate($0) } ?? Rate(bitsPerSecond: rate.bitsPerSecond))
        case .latency(let latency): .latency(latency)
        case .steps(let spread, let every): .steps(LatencySteps(least: 0, spread: spread, every: every, draws: draws))
        case .loss(let model, let recovery): .loss(StreamLoss(model, recovery: recovery))
        case .duplicate, .reorder: nil
        case .corrupt(let corrupt): .corrupt(corrupt)
        case .slice(let slice): .slice(slice)
        case .slowClose(let delay): .slowClose(SlowClose(delay: delay))
        case .blackhole: .blackhole
        case .stall: .stall
        case .termination(let it): .termination(it)
        case .timeout(let it): .timeout(it)
        case .replay(let part): part.scripts[connection.number].map { .replay(Replay($0)) }
        case .trace(let trace): .rate(Rate(line ?? Bottleneck(.trace(trace))))
        }
    }

    /// For one flow. nil for what datagrams do not have.
    func datagram(_ line: Bottleneck?, _ draws: Draws, _ connection: ConnectionFacts) -> DatagramStage? {
        switch self {
        case .rate(let rate, _, let queue):
            .rate(
                DatagramRate(
                    line ?? Bottleneck(bitsPerSecond: rate.bitsPerSecond),
                    queue: queue ?? DatagramRate.usualQueue
                )
            )
        case .latency(let latency): .latency(latency)
        case .steps(let spread, let every): .steps(LatencySteps(least: 0, spread: spread, every: every, draws: draws))
        case .loss(let model, _): .loss(LossProcess(model))
        case .duplicate(let share): .duplicate(Duplicate(share))
        case .reorder(let share): .reorder(Reorder(share))
        case .corrupt(let corrupt): .corrupt(corrupt)
        case .slice, .slowClose, .termination, .timeout: nil
        case .replay(let part): part.scripts[connection.number].map { .replay(Replay($0)) }
        case .trace(let trace): .rate(DatagramRate(line ?? Bottleneck(.trace(trace))))
        case .blackhole: .blackhole
        case .stall: .stall
        }
    }
}
