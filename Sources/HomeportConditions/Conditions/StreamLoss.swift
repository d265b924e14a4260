/// Loss on a stream. **Modelled**: a program above TCP never sees a packet go missing, only what follows from it, so this is
/// the stall of a retransmission: a lost packet arrives one ``recovery`` late, each further loss of the same packet doubles
/// that, and all that is behind it waits. Nothing is ever left out of the stream.
///
/// Not modelled: that the sender also slows down (its congestion window); a ``Rate`` beside it says how far.
public struct StreamLoss: StreamCondition, Hashable {
    public var process: LossProcess
    /// Nanoseconds until a lost packet has arrived by its first retransmission.
    public var recovery: UInt64

    /// Linux's least retransmission time-out.
    public static let usualRecovery: UInt64 = 200_000_000
    /// As often as Linux sends again before it gives a connection up.
    private static let mostRepeats = 15

    public init(_ model: LossProcess.Model, recovery: UInt64 = usualRecovery) {
        process = LossProcess(model)
        self.recovery = recovery
    }

    mutating func adopt(_ other: StreamLoss) { process.adopt(other.process) }

    mutating func judge(_ segment: Segment, now: Instant, draws: Draws) -> Verdict {
        if segment.count > segment.inPacket { return .split(after: segment.inPacket) }
        guard process.loses(segment.drawnAt, draws: draws) else { return .leave(at: segment.entered) }
        var (late, wait) = (recovery, recovery)
        var attempt: UInt64 = 2
        while attempt < Self.mostRepeats, repeatIsLost(segment.drawnAt, attempt, draws) {
            wait = wait &* 2
            late = late &+ wait
            attempt += 1
        }
        return .leave(at: segment.entered &+ late)
    }

    /// A retransmission comes so much later that no burst of losses lasts until then: it has the average's chance.
    private func repeatIsLost(_ packet: UInt64, _ attempt: UInt64, _ draws: Draws) -> Bool {
        draws.uniform(at: packet, use: attempt) < process.model.rate
    }
}
