/// Datagrams that arrive twice. Real; a stream has no such thing.
public struct Duplicate: DatagramCondition, Hashable {
    /// For each datagram: 0 … 1.
    public var probability: Double

    public init(_ probability: Double) { self.probability = probability }

    mutating func judge(_ datagram: Datagram, draws: Draws) -> Fate {
        draws.uniform(at: datagram.number) < probability ? .twice : .leave(at: datagram.entered)
    }
}
