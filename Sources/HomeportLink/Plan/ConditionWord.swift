import HomeportConditions
import HomeportCore

/// One word for what a network does: its name, what it takes, and what it is for. The plan, the command line, the control
/// API and what they say about mistakes all come from these.
struct ConditionWord<Value: Sendable>: Sendable {
    let name: String
    let example: String
    let summary: String
    let parse: @Sendable (String) throws(HomeportError) -> Value

    init(
        _ name: String,
        _ example: String,
        _ summary: String,
        _ parse: @escaping @Sendable (String) throws(HomeportError) -> Value
    ) {
        self.name = name
        self.example = example
        self.summary = summary
        self.parse = parse
    }

    /// The word as a key of a plan.
    var key: PlanKey<ConditionWords> {
        let (name, parse) = (name, parse)
        let kinds: JSONValue =
            switch Value.self {
            case is Bool.Type: ["boolean", "string"]
            case is [UInt64].Type: ["integer", "string"]
            default: ["string"]
            }
        let word = PlanWord<String?>(schema: ["type": kinds, "examples": [.text(example)]]) {
            (text) throws(HomeportError) in
            if text != ConditionWords.off { _ = try parse(text) }
            return text
        }
        return PlanKey(name, word, to: \ConditionWords.[named: name], example: example, summary)
    }
}

/// Whose a limited rate is.
enum RateScope: String, Sendable {
    case link, connection, group
}

/// After what a connection ends.
enum ConnectionLife: Sendable, Hashable {
    case time(Duration)
    case bytes(ByteCount)
}

extension ConditionWord where Value == Duration {
    static let latency = Self(
        "latency",
        "80ms",
        "Delay, one way.",
        time
    )
    static let jitter = Self(
        "jitter",
        "20ms",
        "How far the delay varies around latency, to both sides; see distribution.",
        time
    )
    static let step = Self(
        "step",
        "30ms",
        "A further delay between 0 and this that changes for all connections at once; see step_every.",
        time
    )
    static let stepEvery = Self(
        "step_every",
        "15s",
        "How often step changes (default: 15s).",
        positive
    )
    static let recovery = Self(
        "recovery",
        "200ms",
        "On TCP: how long a lost packet's retransmission takes, which is how loss is modelled there.",
        { (text) throws(HomeportError) in try Duration.condition(text, most: .seconds(60)) }
    )
    static let slicePause = Self(
        "slice_pause",
        "5ms",
        "Time between two pieces of slice.",
        time
    )
    static let slowClose = Self(
        "slow_close",
        "2s",
        "How much later than its data a connection's end arrives.",
        time
    )

    @Sendable static func time(_ text: String) throws(HomeportError) -> Duration {
        try Duration.condition(text)
    }

    @Sendable static func positive(_ text: String) throws(HomeportError) -> Duration {
        let value = try Duration.condition(text)
        guard value > .zero else { throw HomeportError(.badValue, "\"\(text)\" is no time at all") }
        return value
    }
}

extension ConditionWord where Value == Duration {
    static let timeout = Self(
        "timeout",
        "5s",
        "TCP only: what is sent is thrown away, and the connection ends after this time (0s: never), or when this is removed.",
        time
    )
    static let resetPeer = Self(
        "reset_peer",
        "0s",
        "TCP only: connections break off with RST this long after something was first sent; nothing of it arrives.",
        time
    )
}

extension ConditionWord where Value == DeliveryTrace {
    static let trace = Self(
        "trace",
        "lte.down",
        "A recorded link, in mahimahi's format: a millisecond in each line, at which 1500 bytes may pass; it repeats.",
        TraceFile.load
    )

    /// Its path is told from the plan's folder, and kept as it is from anywhere.
    static let traceKey = PlanKey(
        trace.name,
        PlanWord<String?>(schema: ["type": "string", "examples": [.text(trace.example)]]) { node, problems in
            do throws(HomeportError) {
                let text = try node.text()
                if text == ConditionWords.off { return text }
                let path = node.absolute(text)
                _ = try TraceFile.load(path)
                return path
            } catch {
                let place = error.subject.map { " (\($0))" } ?? ""
                problems.append(node.wrong(error.what + place, fix: error.fix))
                return nil
            }
        },
        to: \ConditionWords.[named: trace.name],
        example: trace.example,
        trace.summary
    )
}

extension ConditionWord where Value == Distribution {
    static let distribution = Self(
        "distribution",
        "normal",
        "How jitter is spread: uniform (default), normal, pareto, paretonormal; or measured values in units of jitter, in "
            + "ascending order: -1,0,0.2,3.",
        { (text) throws(HomeportError) in try Distribution(parsing: text) }
    )
}

extension ConditionWord where Value == Probability {
    static let correlation = Self(
        "correlation",
        "25%",
        "How much a packet's delay resembles the one before (below 100%).",
        { (text) throws(HomeportError) in
            let value = try Probability(parsing: text)
            guard value.fraction < 1 else {
                throw HomeportError(.badValue, "at 100% no delay would differ from the first", fix: "write 99%")
            }
            return value
        }
    )
    static let duplicate = Self(
        "duplicate",
        "1%",
        "UDP only: datagrams that arrive twice.",
        Probability.init(parsing:)
    )
    static let reorder = Self(
        "reorder",
        "5%",
        "UDP only: datagrams that three later ones overtake.",
        Probability.init(parsing:)
    )
    static let corrupt = Self(
        "corrupt",
        "0.1%",
        "Packets in which one bit is turned over.",
        Probability.init(parsing:)
    )
}

extension ConditionWord where Value == [UInt64] {
    static let corruptAt = Self(
        "corrupt_at",
        "0,1000",
        "Bytes, counted from 0 in each connection or datagram, whose lowest bit is turned over.",
        { (text) throws(HomeportError) in
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            let offsets = parts.compactMap { UInt64($0.drop { $0 == " " }) }
            let written = parts.map { $0.drop { $0 == " " } }
            guard offsets.count == parts.count, offsets.count <= 100,
                zip(offsets, written).allSatisfy({ "\($0)" == $1 })
            else { throw HomeportError(.badValue, "\"\(text)\" is no list of at most 100 numbers from 0") }
            guard Set(offsets).count == offsets.count else {
                throw HomeportError(.badValue, "\"\(text)\" turns one bit over twice, which leaves it as it was")
            }
            return offsets
        }
    )
}

extension ConditionWord where Value == ByteRate {
    static let rate = Self(
        "rate",
        "10mbit",
        "Speed of the line; 0bit lets nothing through. See rate_per.",
        ByteRate.init(parsing:)
    )
}

extension ConditionWord where Value == RateScope {
    static let ratePer = Self(
        "rate_per",
        "connection",
        "Who shares the rate: link (default: all its connections), connection (each has its own), or group.",
        { (text) throws(HomeportError) in
            guard let scope = RateScope(rawValue: text) else {
                throw HomeportError(.badValue, "\"\(text)\" shares no rate", fix: "write link, connection or group")
            }
            return scope
        }
    )
}

extension ConditionWord where Value == ByteCount {
    static let queue = Self(
        "queue",
        "64KiB",
        "What may wait for the rate: UDP drops beyond it, TCP stops reading (default: 64KiB; TCP also what is under way).",
        ByteCount.init(parsing:)
    )
    static let slice = Self(
        "slice",
        "100B",
        "TCP only: what is sent arrives in pieces of this size.",
        { (text) throws(HomeportError) in
            let value = try ByteCount(parsing: text)
            guard value.bytes > 0, value.bytes <= 1 << 30 else {
                throw HomeportError(.badValue, "a piece has 1 byte to 1 GiB, not \(text)")
            }
            return value
        }
    )
    static let limitData = Self(
        "limit_data",
        "1MB",
        "TCP only: connections end in order when so much more has passed; close_after counts from their opening.",
        ByteCount.init(parsing:)
    )
    static let sliceVariation = Self(
        "slice_variation",
        "20B",
        "How much smaller or larger than slice a piece may be; less than slice.",
        ByteCount.init(parsing:)
    )
}

extension ConditionWord where Value == LossProcess.Model {
    static let loss = Self(
        "loss",
        "1%",
        "Packets that are lost: 1%, or in bursts by Gilbert and Elliott: p=1%,r=25%,bad=100%,good=0%. Real on UDP, modelled "
            + "on TCP as the stall of a retransmission.",
        { (text) throws(HomeportError) in try LossProcess.Model(parsing: text) }
    )
}

extension ConditionWord where Value == Bool {
    static let keepOrder = Self(
        "keep_order",
        "true",
        "UDP only: jitter lets no datagram overtake another.",
        Bool.init(parsing:)
    )
    static let blackhole = Self(
        "blackhole",
        "true",
        "What is sent is taken and thrown away.",
        Bool.init(parsing:)
    )
    static let stall = Self(
        "stall",
        "true",
        "Nothing gets through and nothing is lost: what waits goes on when it ends.",
        Bool.init(parsing:)
    )
}

extension ConditionWord where Value == ConnectionLife {
    static let resetAfter = Self(
        "reset_after",
        "10s",
        "TCP only: connections break off with RST after this time, or after this many bytes (1MB); 0s is at once.",
        life
    )
    static let closeAfter = Self(
        "close_after",
        "1MB",
        "TCP only: connections end in order after this time, or after this many bytes.",
        life
    )

    @Sendable private static func life(_ text: String) throws(HomeportError) -> ConnectionLife {
        if let bytes = try? ByteCount(parsing: text) { return .bytes(bytes) }
        do { return .time(try Duration.condition(text)) } catch {
            if (try? Duration(parsing: text)) != nil { throw error }
            throw HomeportError(
                .badValue,
                "\"\(text)\" is neither a time nor a number of bytes",
                fix: "write 10s or 1MB"
            )
        }
    }
}
