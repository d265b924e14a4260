#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Finds out whether a loopback address works, by listening on it and connecting to oneself: an interface that is up,
/// an address that is configured and a firewall that lets both through are three things, and only this needs them all.
package enum LoopbackProbe {
    /// - Returns: what failed; nil where the connection came about.
    package static func failure(of address: IPAddress) -> SystemFailure? {
        do {
            let server = try ListeningSockets.bound(SocketName(address, 0))
            try ListeningSockets.listening(server, 1)
            guard let name = SocketName(localOf: server.number) else { return SystemFailure("getsockname", errno) }
            let client = try Descriptor.stream(name.family)
            let number = client.number
            if name.withSockaddr({ connect(number, $0, $1) }) == 0 { return nil }
            guard errno == EINPROGRESS else { return SystemFailure("connect", errno) }
            var wait = pollfd(fd: client.number, events: Int16(POLLOUT), revents: 0)
            // On a loopback it is a matter of microseconds, unless a firewall drops the packets.
            guard poll(&wait, 1, 1000) == 1 else { return SystemFailure("connect", ETIMEDOUT) }
            var status: CInt = 0
            var length = socklen_t(MemoryLayout<CInt>.size)
            getsockopt(client.number, SOL_SOCKET, SO_ERROR, &status, &length)
            return status == 0 ? nil : SystemFailure("connect", status)
        } catch {
            return error
        }
    }
}
