/// Datagrams that later ones overtake. Real; a stream has no such thing.
///
/// One that is picked waits until ``distance`` later ones have gone on, or until ``patience`` is over where fewer come: RFC
/// 4737 calls that a reordering extent of `distance`.
public struct Reorder: DatagramCondition, Hashable {
    /// For each datagram: 0 … 1.
    public var probability: Double
    /// How many overtake it; at least 1.
    public var distance: Int
    /// Nanoseconds.
    public var patience: UInt64

    public static let usualDistance = 3
    public static let usualPatience: UInt64 = 50_000_000

    public init(_ probability: Double, distance: Int = usualDistance, patience: UInt64 = usualPatience) {
        self.probability = probability
        self.distance = max(1, distance)
        self.patience = patience
    }

    mutating func judge(_ datagram: Datagram, draws: Draws) -> Fate {
        guard draws.uniform(at: datagram.number) < probability else { return .leave(at: datagram.entered) }
        return .park(behind: distance, until: datagram.entered &+ patience)
    }
}
