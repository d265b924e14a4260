/// A connected socket, by its two ends.
package struct SocketEnds: Sendable, Hashable {
    package var transport: SocketRecord.Transport
    /// Its own.
    package var local: SocketName
    package var remote: SocketName
}
