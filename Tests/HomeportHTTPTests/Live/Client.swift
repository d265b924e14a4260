import HomeportCore
import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A client on a real socket that sends exactly what it is told, and reads only when told to.
final class Client: Sendable {
    private let descriptor: CInt

    struct Failed: Error {
        let what: String
        let errno: CInt
    }

    /// - Parameter receiveBuffer: How much the kernel takes for a client that does not read.
    init(port: Port?, ipv6: Bool = false, receiveBuffer: CInt? = nil) throws {
        #if canImport(Glibc)
        let stream = CInt(SOCK_STREAM.rawValue)
        #else
        let stream = SOCK_STREAM
        #endif
        descriptor = socket(ipv6 ? AF_INET6 : AF_INET, stream, 0)
        guard descriptor >= 0 else { throw Failed(what: "socket", errno: errno) }
        if var size = receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<CInt>.size))
        }
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let server = try SocketAddress(ipAddress: ipv6 ? "::1" : "127.0.0.1", port: Int(port?.number ?? 0))
        let result = server.withSockAddr { connect(descriptor, $0, socklen_t($1)) }
        guard result == 0 else { throw Failed(what: "connect", errno: errno) }
    }

    deinit { close(descriptor) }

    /// Sends, or finds that the server reads no more.
    func send(_ text: String) async throws {
        try await NIOThreadPool.singleton.runIfActive { [descriptor] in
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                // NIO has SIGPIPE ignored.
                let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }

    func finishSending() { shutdown(descriptor, CInt(SHUT_WR)) }

    /// Ends the connection with a reset.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        shutdown(descriptor, CInt(SHUT_RDWR))
        dup2(STDERR_FILENO, descriptor)
    }

    /// Up to `count` bytes, fewer only at the end of the connection.
    /// - Throws: When the connection was reset, or nothing came in time.
    func receive(_ count: Int) async throws -> [UInt8] {
        try await NIOThreadPool.singleton.runIfActive { [descriptor] in
            var bytes: [UInt8] = []
            var piece = [UInt8](repeating: 0, count: 64 << 10)
            while bytes.count < count {
                let got = recv(descriptor, &piece, min(piece.count, count - bytes.count), 0)
                guard got >= 0 else { throw Failed(what: "recv", errno: errno) }
                guard got > 0 else { break }
                bytes += piece[..<got]
            }
            return bytes
        }
    }

    /// All that comes until the server closes.
    func rest() async throws -> [UInt8] { try await receive(.max) }
}
