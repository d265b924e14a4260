package import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Holds back what fills no segment (`TCP_CORK`), so that an answer's head leaves together with the beginning of its file
/// and the client is woken once for both.
package struct Cork {
    private let socket: CInt
    private var holds = false

    /// - Returns: nil for a channel that is no socket.
    package init?(_ channel: any Channel) {
        guard
            let socket = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: CInt.self, { $0 })
        else { return nil }
        self.socket = socket
    }

    /// - Precondition: The channel is open. On a socket that is not TCP this does nothing.
    package mutating func hold() { set(true) }

    /// Lets go of what is held back, if anything is.
    /// - Precondition: The channel is open.
    package mutating func letGo() { if holds { set(false) } }

    private mutating func set(_ holds: Bool) {
        self.holds = holds
        var value: CInt = holds ? 1 : 0
        _ = setsockopt(socket, CInt(IPPROTO_TCP), Self.option, &value, socklen_t(MemoryLayout<CInt>.size))
    }
}
