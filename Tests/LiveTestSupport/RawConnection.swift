#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// One end of a TCP connection over a blocking socket whose every wait ends.
package final class RawConnection {
    package struct Failure: Error, Equatable {
        let call: String
        let number: CInt

        package init(call: String, number: CInt) {
            self.call = call
            self.number = number
        }
    }
    package enum End: Equatable { case end, reset, silence }

    private let number: CInt
    private var isOpen = true

    package init(owning socket: CInt, patience: Int = 10) {
        number = socket
        var limit = timeval(tv_sec: patience, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { if isOpen { close(number) } }

    static func stream() -> CInt {
        #if canImport(Darwin)
        Darwin.socket(AF_INET, SOCK_STREAM, 0)
        #else
        socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        #endif
    }

    static func withLoopback<Result>(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }

    /// - Parameter patience: Milliseconds that the connecting may take.
    package convenience init(to port: UInt16, within patience: Int = 10_000) throws {
        let socket = Self.stream()
        var limit = timeval(tv_sec: patience / 1000, tv_usec: .init(patience % 1000 * 1000))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        guard Self.withLoopback(port, { connect(socket, $0, $1) }) == 0 else {
            defer { close(socket) }
            // A blocking connect whose time is up says that it goes on.
            throw Failure(call: "connect", number: errno == EINPROGRESS ? ETIMEDOUT : errno)
        }
        self.init(owning: socket)
    }

    package func send(_ bytes: [UInt8]) throws {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { write(number, $0.baseAddress?.advanced(by: done), $0.count - done) }
            guard count > 0 else { throw Failure(call: "write", number: errno) }
            done += count
        }
    }

    package func send(_ text: String) throws { try send(Array(text.utf8)) }

    /// Exactly so many bytes.
    package func receive(_ count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = bytes.withUnsafeMutableBytes { read(number, $0.baseAddress?.advanced(by: done), count - done) }
            guard got > 0 else { throw Failure(call: "read", number: got == 0 ? 0 : errno) }
            done += got
        }
        return bytes
    }

    package func text(_ count: Int) throws -> String { String(decoding: try receive(count), as: UTF8.self) }

    /// The head of an answer, with the empty line after it.
    package func head() throws -> String {
        var text = ""
        while !text.hasSuffix("\r\n\r\n") { text += try self.text(1) }
        return text
    }

    /// All until the end.
    package func rest() throws -> String {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let got = piece.withUnsafeMutableBytes { read(number, $0.baseAddress, $0.count) }
            guard got >= 0 else { throw Failure(call: "read", number: errno) }
            guard got > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += piece[..<got]
        }
    }

    /// What comes instead of more bytes.
    package func end() -> End {
        var byte: UInt8 = 0
        switch read(number, &byte, 1) {
        case 0: return .end
        case ..<0: return errno == ECONNRESET ? .reset : .silence
        default: return .silence
        }
    }

    /// Nothing more will be sent.
    package func finish() { shutdown(number, CInt(SHUT_WR)) }

    /// Breaks off with RST.
    package func abort() {
        var value = linger(l_onoff: 1, l_linger: 0)
        setsockopt(number, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
        leave()
    }

    /// Closes the socket, as the end of a process does: FIN, and nobody there to take an answer.
    package func leave() {
        isOpen = false
        systemClose(number)
    }
}

/// Listens on a free port of 127.0.0.1.
package final class Upstream {
    private let number: CInt
    package let port: UInt16

    /// - Parameter listens: If not, it keeps the port, so that nobody else can listen there.
    package init(listens: Bool = true) throws {
        let number = RawConnection.stream()
        self.number = number
        guard RawConnection.withLoopback(0, { bind(number, $0, $1) }) == 0, !listens || listen(number, 16) == 0 else {
            throw RawConnection.Failure(call: "bind", number: errno)
        }
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let told = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(number, $0, &length) }
        }
        guard told == 0 else { throw RawConnection.Failure(call: "getsockname", number: errno) }
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(number) }

    package func accept() throws -> RawConnection {
        let accepted = systemAccept(number)
        guard accepted >= 0 else { throw RawConnection.Failure(call: "accept", number: errno) }
        return RawConnection(owning: accepted)
    }
}

/// A UDP socket of 127.0.0.1 whose every wait ends.
package final class DatagramWire {
    private var number: CInt
    package let port: UInt16

    package init(port: UInt16 = 0) throws {
        #if canImport(Darwin)
        number = Darwin.socket(AF_INET, SOCK_DGRAM, 0)
        #else
        number = socket(AF_INET, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        #endif
        let number = number
        guard RawConnection.withLoopback(port, { bind(number, $0, $1) }) == 0 else {
            throw RawConnection.Failure(call: "bind", number: errno)
        }
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(number, $0, &length) }
        }
        self.port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close() }

    package func close() {
        if number >= 0 { systemClose(number) }
        number = -1
    }

    package func connect(to port: UInt16) { _ = RawConnection.withLoopback(port) { systemConnect(number, $0, $1) } }

    package func send(_ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { write(number, $0.baseAddress, $0.count) }
    }

    package func send(_ text: String, to port: UInt16) {
        _ = RawConnection.withLoopback(port) { address, length in
            Array(text.utf8).withUnsafeBytes { sendto(number, $0.baseAddress, $0.count, 0, address, length) }
        }
    }

    package func receive() throws -> (text: String, from: UInt16) {
        var bytes = [UInt8](repeating: 0, count: 65536)
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let count = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                recvfrom(number, &bytes, bytes.count, 0, $0, &length)
            }
        }
        guard count >= 0 else { throw RawConnection.Failure(call: "recvfrom", number: errno) }
        return (String(decoding: bytes[..<count], as: UTF8.self), UInt16(bigEndian: address.sin_port))
    }
}

/// `close` and `connect`, under names that methods of those names do not hide.
private func systemClose(_ socket: CInt) { close(socket) }
private func systemConnect(_ socket: CInt, _ name: UnsafePointer<sockaddr>, _ length: socklen_t) -> CInt {
    connect(socket, name, length)
}

/// `accept`, under a name that a method of that name does not hide.
private func systemAccept(_ socket: CInt) -> CInt { accept(socket, nil, nil) }
