/// What a condition says of a datagram that comes to it.
enum Fate: Sendable, Hashable {
    /// It goes on at this moment, whatever else waits: later ones may go before it.
    case leave(at: Instant)
    /// It goes on at this moment, but not before those that came before it.
    case follow(at: Instant)
    /// It goes on twice.
    case twice
    /// It goes on when this many later ones have, or at the given moment if they are too few.
    case park(behind: Int, until: Instant)
    /// It goes on with one bit turned over.
    case flipped(Flip)
    /// It waits until the condition changes.
    case hold
    case drop
}

/// A datagram as conditions see it.
struct Datagram: Sendable, Hashable {
    /// Counted from 0 in each direction of each flow: what is drawn for it is drawn for this number.
    let number: UInt64
    /// Bytes of payload.
    let count: Int
    /// When it came to the condition.
    var entered: Instant
}

/// One thing that a network does to datagrams: each has its own fate, so that loss, duplicates and reordering are real.
protocol DatagramCondition: Sendable {
    /// Asked once when a datagram comes, and again when the condition has changed while it waits.
    mutating func judge(_ datagram: Datagram, draws: Draws) -> Fate
}
