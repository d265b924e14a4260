package import NIOCore

/// How much one client may ask for before it is refused. Sizes in bytes.
package struct HTTPLimits: Sendable {
    /// The request line. RFC 9112, section 3, recommends at least 8,000; beyond it, 414.
    package var requestLine = 16 << 10
    /// All field lines of a head together; beyond it, 431.
    package var fields = 64 << 10
    package var fieldCount = 128
    /// A chunk's size line with its extensions, and the whole trailer section.
    package var chunkLine = 4 << 10
    package var trailer = 8 << 10
    /// How much of a body that nobody reads is drained to keep the connection; beyond it, the connection is closed.
    package var drain = 256 << 10

    package init() {}
}

/// How long a client may take before its connection is ended; nil never ends it.
package struct HTTPDeadlines: Sendable {
    /// From a request's first byte to the end of its head: 408.
    package var head: TimeAmount? = .seconds(10)
    /// While a body is awaited, each span of this length must bring ``bodyFloor`` bytes: 408.
    package var body: TimeAmount? = .seconds(10)
    package var bodyFloor = 1 << 10
    /// Between requests, and before the first.
    package var idle: TimeAmount? = .seconds(75)
    /// While something waits to be sent, each span of this length must see some of it leave.
    package var write: TimeAmount? = .seconds(30)
    /// After a last answer, for the client to see it before the connection is reset (RFC 9112, section 9.6).
    package var linger: TimeAmount = .seconds(2)

    package init() {}
}
