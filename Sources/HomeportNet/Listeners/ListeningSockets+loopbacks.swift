import HomeportCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension ListeningSockets {
    /// Bind both, then listen on both. The order matters: two sockets with `SO_REUSEADDR` may both *bind* one port as
    /// long as neither listens, and the loser learns it at `listen`.
    static func loopbacks(_ number: UInt16, _ backlog: CInt) throws(SystemFailure) -> ListeningSockets {
        let first = try bound(SocketName(.loopback4, number))
        guard let port = SocketName(localOf: first.number).flatMap({ Port($0.port) }) else {
            throw SystemFailure("getsockname", errno)
        }
        guard let second = try boundLoopback6(port.number) else {
            try listening(first, backlog)
            return ListeningSockets([first.release()], [.ipv4(.loopback, port)], ipv6Missing: true)
        }
        try listening(first, backlog)
        try listening(second, backlog)
        return ListeningSockets([first.release(), second.release()], [.ipv4(.loopback, port), .ipv6(.loopback, port)])
    }

    /// The kernel picks a port for IPv4 without looking at IPv6, so the pick can be taken there: then it picks again.
    static func anyPort(_ backlog: CInt) throws(SystemFailure) -> ListeningSockets {
        var attempt = 1
        while true {
            do {
                // Bound by its number: a port that the kernel chose is not kept by a socket that stops listening.
                let number = try loopbacks(0, backlog).port?.number ?? 0
                let sockets = try loopbacks(number, backlog)
                if let port = sockets.port, !port.isRefusedByBrowsers || attempt >= attempts { return sockets }
            } catch {
                guard error.errno == EADDRINUSE, attempt < attempts else { throw error }
            }
            attempt += 1
        }
    }

    /// Far more than needed unless nearly every port is taken.
    private static var attempts: Int { 128 }

    /// Whether a program could listen on both loopbacks now. It binds and does not listen: a probe must never accept
    /// somebody's connection, and whoever listens already makes the bind fail.
    static func couldBindLoopbacks(_ port: Port) -> SystemFailure? {
        do {
            _ = try bound(SocketName(.loopback4, port.number))
            _ = try boundLoopback6(port.number)
            return nil
        } catch {
            return error
        }
    }

    /// - Returns: nil where the machine has no IPv6: no such family, or no `::1` on the loopback interface.
    static func boundLoopback6(_ port: UInt16) throws(SystemFailure) -> Descriptor? {
        do {
            return try bound(SocketName(.loopback6, port))
        } catch {
            if error.errno == EAFNOSUPPORT || error.errno == EADDRNOTAVAIL { return nil }
            throw error
        }
    }
}

extension IPv4 {
    static let loopback = IPv4(bits: 0x7F00_0001)
}

extension IPv6 {
    static let loopback = IPv6(high: 0, low: 1)
}
