import Dispatch
package import HomeportCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A connection joined to standard input and output, with nothing between them: what `homeport connect` is.
package enum StandardPipe {
    /// Connects, and waits as long as the system does.
    package static func connect(to place: Endpoint.Place) throws(SystemFailure) -> Descriptor {
        switch place {
        case .loopback(let port):
            do throws(SystemFailure) { return try connect(SocketName(.loopback6, port.number)) } catch {
                return try connect(SocketName(.loopback4, port.number))
            }
        case .ipv4(let address, let port): return try connect(SocketName(.v4(address), port.number))
        case .ipv6(let address, let port): return try connect(SocketName(.v6(address), port.number))
        case .unix(let path):
            let socket = try stream(AF_UNIX)
            let number = socket.number
            let failure = withUnixSockaddr(path) { systemConnect(number, $0, $1) } ?? ENAMETOOLONG
            guard failure == 0 else { throw SystemFailure("connect", failure) }
            return socket
        }
    }

    private static func connect(_ name: SocketName) throws(SystemFailure) -> Descriptor {
        let socket = try stream(name.family)
        let number = socket.number
        let failure = name.withSockaddr { systemConnect(number, $0, $1) }
        guard failure == 0 else { throw SystemFailure("connect", failure) }
        return socket
    }

    private static func stream(_ family: CInt) throws(SystemFailure) -> Descriptor {
        let socket = try Descriptor.stream(family)
        Descriptor.setBlocking(socket.number)
        return socket
    }

    /// What comes from standard input goes to the connection, its end included; what comes from the connection goes to
    /// standard output. Returns when the other side has ended, or nobody reads what it says.
    package static func join(_ connection: consuming Descriptor) {
        let socket = connection.release()
        let thread = OneWay(from: 0, to: socket, ends: true)
        thread.start()
        OneWay(from: socket, to: 1, ends: false).run()
        // The other way may wait for a terminal: it ends with the process.
    }

    private struct OneWay: Sendable {
        let from, to: CInt
        /// Whether the end of one is the end of the other.
        let ends: Bool

        init(from: CInt, to: CInt, ends: Bool) { (self.from, self.to, self.ends) = (from, to, ends) }

        func run() {
            var room = [UInt8](repeating: 0, count: 64 << 10)
            while true {
                let count = read(from, &room, room.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                let isWritten = room.withUnsafeBytes { bytes in
                    (try? WholeWrite.bytes(UnsafeRawBufferPointer(rebasing: bytes[..<count]), to: to)) != nil
                }
                guard isWritten else { return }
            }
            if ends { shutdown(to, CInt(SHUT_WR)) }
        }

        func start() { DispatchQueue(label: "homeport.pipe").async { self.run() } }
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
