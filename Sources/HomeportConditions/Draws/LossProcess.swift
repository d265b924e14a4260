/// Which packets are lost: one by one, or in bursts.
public struct LossProcess: Sendable, Hashable {
    public enum Model: Sendable, Hashable {
        /// Each packet by itself, with this probability: 0 … 1.
        case bernoulli(Double)
        /// Gilbert and Elliott's chain, with netem's letters. Share of the time that is bad: p / (p + r); packets in a
        /// bad spell, on average: 1 / r; lost: (p · badLoss + r · goodLoss) / (p + r).
        /// - Parameters:
        ///   - p: From good to bad, for each packet.
        ///   - r: From bad to good.
        ///   - badLoss: netem's 1−h.
        ///   - goodLoss: netem's 1−k.
        case gilbertElliott(p: Double, r: Double, badLoss: Double = 1, goodLoss: Double = 0)

        /// The same spells, with so much of the loss in each: 0 … 1.
        public func scaled(by strength: Double) -> Model {
            switch self {
            case .bernoulli(let chance): .bernoulli(chance * strength)
            case .gilbertElliott(let p, let r, let badLoss, let goodLoss):
                .gilbertElliott(p: p, r: r, badLoss: badLoss * strength, goodLoss: goodLoss * strength)
            }
        }
    }

    public var model: Model
    private var isBad = false
    private var last: (packet: UInt64, isLost: Bool)?

    public init(_ model: Model) { self.model = model }

    /// To be asked for packets in order; for the last one as often as one likes.
    mutating func loses(_ packet: UInt64, draws: Draws) -> Bool {
        if let last, last.packet == packet { return last.isLost }
        let chance: Double
        switch model {
        case .bernoulli(let probability): chance = probability
        case .gilbertElliott(let p, let r, let badLoss, let goodLoss):
            let turns = draws.uniform(at: packet, use: 1) < (isBad ? r : p)
            if turns { isBad.toggle() }
            chance = isBad ? badLoss : goodLoss
        }
        let isLost = draws.uniform(at: packet) < chance
        last = (packet, isLost)
        return isLost
    }

    /// Goes on where another one is.
    mutating func adopt(_ other: LossProcess) { (isBad, last) = (other.isBad, other.last) }

    public static func == (a: LossProcess, b: LossProcess) -> Bool { a.model == b.model }
    public func hash(into hasher: inout Hasher) { hasher.combine(model) }
}

extension LossProcess.Model {
    /// The share that is lost in the long run.
    public var rate: Double {
        switch self {
        case .bernoulli(let probability): probability
        case .gilbertElliott(let p, let r, let badLoss, let goodLoss):
            p + r > 0 ? (p * badLoss + r * goodLoss) / (p + r) : goodLoss
        }
    }
}

/// Loss of datagrams is real.
extension LossProcess: DatagramCondition {
    mutating func judge(_ datagram: Datagram, draws: Draws) -> Fate {
        loses(datagram.number, draws: draws) ? .drop : .leave(at: datagram.entered)
    }
}
