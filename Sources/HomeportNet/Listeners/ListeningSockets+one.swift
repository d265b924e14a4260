import HomeportCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension ListeningSockets {
    static func one(_ name: SocketName, _ backlog: CInt) throws(SystemFailure) -> ListeningSockets {
        let socket = try bound(name)
        try listening(socket, backlog)
        guard let port = Port(name.port) else { throw SystemFailure("bind", EINVAL) }
        switch name.address {
        case .v4(let address): return ListeningSockets([socket.release()], [.ipv4(address, port)])
        case .v6(let address): return ListeningSockets([socket.release()], [.ipv6(address, port)])
        }
    }

    /// A socket bound to `name`, not listening.
    ///
    /// `SO_REUSEADDR`, so that a restart need not wait for old connections to expire. `IPV6_V6ONLY`, so that an IPv6
    /// socket never takes the IPv4 port along. Never `SO_REUSEPORT`: with it a second program shares the port
    /// unnoticed, and every other connection goes to the wrong one.
    static func bound(_ name: SocketName) throws(SystemFailure) -> Descriptor {
        let socket = try Descriptor.stream(name.family)
        try set(socket, SOL_SOCKET, SO_REUSEADDR)
        if case .v6 = name.address { try set(socket, CInt(IPPROTO_IPV6), IPV6_V6ONLY) }
        guard name.withSockaddr({ bind(socket.number, $0, $1) }) == 0 else { throw SystemFailure("bind", errno) }
        return socket
    }

    static func listening(_ socket: borrowing Descriptor, _ backlog: CInt) throws(SystemFailure) {
        guard listen(socket.number, backlog) == 0 else { throw SystemFailure("listen", errno) }
    }

    private static func set(
        _ socket: borrowing Descriptor,
        _ level: CInt,
        _ option: CInt
    ) throws(SystemFailure) {
        var on: CInt = 1
        guard setsockopt(socket.number, level, option, &on, socklen_t(MemoryLayout<CInt>.size)) == 0 else {
            throw SystemFailure("setsockopt", errno)
        }
    }
}
