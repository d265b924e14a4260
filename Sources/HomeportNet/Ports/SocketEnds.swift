/// A connected socket, by its two ends.
struct SocketEnds: Sendable, Hashable {
    var transport: SocketRecord.Transport
    /// Its own.
    var local: SocketName
    var remote: SocketName
}
