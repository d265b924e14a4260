import HomeportCore
import Testing

@testable import HomeportNet

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Sockets that tests hold themselves, always on ports that the kernel picked.
enum LiveSockets {
    /// A port on which nobody listens, on either loopback, and the held IPv4 and IPv6 sockets that make it so.
    static func loopbackPort() throws -> Port {
        let sockets = try ListeningSockets.open(.loopbacks(nil))
        let port = sockets.port
        return try #require(port)
    }

    /// A listener on one name; port 0 for any.
    static func listener(_ name: SocketName, v6Only: Bool = true) throws -> (socket: Held, port: Port) {
        let held = try Held(name.family)
        held.set(SOL_SOCKET, SO_REUSEADDR, 1)
        if case .v6 = name.address { held.set(CInt(IPPROTO_IPV6), IPV6_V6ONLY, v6Only ? 1 : 0) }
        try held.bind(name)
        #expect(listen(held.number, 16) == 0)
        return (held, try #require(SocketName(localOf: held.number).flatMap { Port($0.port) }))
    }

    /// A connection from a port of its own to `port` on 127.0.0.1; nobody has accepted it yet.
    static func client(to port: Port) throws -> (socket: Held, port: Port) {
        let held = try Held(AF_INET)
        let answer = SocketName(.loopback4, port.number).withSockaddr { connect(held.number, $0, $1) }
        #expect(answer == 0 || errno == EINPROGRESS)
        return (held, try #require(SocketName(localOf: held.number).flatMap { Port($0.port) }))
    }

    /// Waits until `condition` holds, as long as it takes for a slow machine and no longer.
    static func eventually(_ condition: () throws -> Bool) throws -> Bool {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(10)
        while clock.now < end {
            if try condition() { return true }
            usleep(1000)
        }
        return try condition()
    }
}

/// One descriptor, closed with the last reference: tests pass it around more freely than ``Descriptor`` allows.
final class Held: Sendable {
    let number: CInt

    init(_ family: CInt) throws { number = try Descriptor.stream(family).release() }

    init(owning number: CInt) { self.number = number }

    deinit { close(number) }

    func set(_ level: CInt, _ option: CInt, _ value: CInt) {
        var value = value
        #expect(setsockopt(number, level, option, &value, socklen_t(MemoryLayout<CInt>.size)) == 0)
    }

    func bind(_ name: SocketName) throws {
        let number = number
        let answer = name.withSockaddr { systemBind(number, $0, $1) }
        if answer != 0 { throw SystemFailure("bind", errno) }
    }
}

private func systemBind(_ socket: CInt, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> CInt {
    bind(socket, address, length)
}

extension Port {
    /// A port from a number that the test knows to be one.
    static func known(_ number: UInt16) throws -> Port { try #require(Port(number)) }
}
