package import HomeportCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A connection for who has no event loop and may wait.
package enum BlockingConnection {
    /// - Parameter seconds: How long it may take, and each read and write after it; nil for as long as the system waits.
    package static func open(_ place: Endpoint.Place, within seconds: Int? = nil) throws(SystemFailure) -> Descriptor {
        try open(place, within: seconds) { family throws(SystemFailure) in try Descriptor.stream(family) }
    }

    /// - Parameter make: Makes the socket, of a family.
    static func open(
        _ place: Endpoint.Place,
        within seconds: Int?,
        by make: (CInt) throws(SystemFailure) -> Descriptor
    ) throws(SystemFailure) -> Descriptor {
        switch place {
        case .loopback(let port):
            do throws(SystemFailure) { return try connect(SocketName(.loopback6, port.number), seconds, make) } catch {
                return try connect(SocketName(.loopback4, port.number), seconds, make)
            }
        case .ipv4(let address, let port): return try connect(SocketName(.v4(address), port.number), seconds, make)
        case .ipv6(let address, let port): return try connect(SocketName(.v6(address), port.number), seconds, make)
        case .unix(let path):
            let socket = try prepared(Descriptor.stream(AF_UNIX), seconds)
            let number = socket.number
            let failure = withUnixSockaddr(path) { systemConnect(number, $0, $1) } ?? ENAMETOOLONG
            guard failure == 0 else { throw SystemFailure("connect", failure) }
            return socket
        }
    }

    private static func connect(
        _ name: SocketName,
        _ seconds: Int?,
        _ make: (CInt) throws(SystemFailure) -> Descriptor
    ) throws(SystemFailure) -> Descriptor {
        let socket = prepared(try make(name.family), seconds)
        let number = socket.number
        let failure = name.withSockaddr { systemConnect(number, $0, $1) }
        guard failure == 0 else { throw SystemFailure("connect", failure) }
        return socket
    }

    private static func prepared(_ socket: consuming Descriptor, _ seconds: Int?) -> Descriptor {
        Descriptor.setBlocking(socket.number)
        if let seconds { limit(socket.number, to: seconds) }
        return socket
    }

    /// Lets no connect, read or write of a socket take longer.
    package static func limit(_ number: CInt, to seconds: Int) {
        var time = timeval()
        time.tv_sec = .init(seconds)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(number, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
        }
    }
}

/// `connect`, as an errno.
private func systemConnect(_ socket: CInt, _ name: UnsafePointer<sockaddr>, _ length: socklen_t) -> CInt {
    while connect(socket, name, length) != 0 {
        if errno == EINTR { continue }
        return errno == EISCONN ? 0 : errno
    }
    return 0
}
