/// A connected socket, by its two ends.
package struct SocketEnds: Sendable, Hashable {
    package var transport: SocketRecord.Transport
    /// Its own.
    package var local: SocketName
    package var remote: SocketName
}

/// What the kernel says of the socket with two ends.
package enum SocketAnswer: Sendable, Hashable {
    case socket(SocketRecord)
    /// There is none.
    case none
    /// It would not, or could not say.
    case untold
}
