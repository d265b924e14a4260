package import NIOCore

extension ByteBuffer {
    /// Puts what has come behind what has not been used yet. What was used goes first: else a peer whose messages never end
    /// where its packets do makes this grow.
    package mutating func appendReceived(_ bytes: ByteBuffer) {
        guard readableBytes > 0 else { return self = bytes }
        discardReadBytes()
        writeImmutableBuffer(bytes)
    }
}
