#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A client that sends exactly what it is told and shows exactly what came, over a blocking socket whose every wait
/// ends: a server that hangs fails the test instead of holding it.
final class RawClient {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let descriptor: CInt
    private var pending: [UInt8] = []

    /// - Parameter patience: Seconds after which a wait for bytes fails.
    init(port: UInt16, patience: Int = 20) throws {
        #if canImport(Glibc)
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        #else
        descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var limit = timeval(tv_sec: patience, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw Failure(description: "connect: \(errno)") }
    }

    deinit { close(descriptor) }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Self.write(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done)
            }
            guard count > 0 else { throw Failure(description: "send: \(errno)") }
            done += count
        }
    }

    /// Nothing more will be sent.
    func finish() { shutdown(descriptor, CInt(SHUT_WR)) }

    /// The next answer. Interim ones (100) are passed over.
    func answer(toHead isToHead: Bool = false) throws -> Answer {
        let head = try head()
        if head.status == 100 { return try answer(toHead: isToHead) }
        var answer = head
        if isToHead || head.status == 304 || head.status == 204 { return answer }
        if head["Transfer-Encoding"] == "chunked" {
            while let chunk = try chunk() { answer.body += chunk }
        } else if let length = head["Content-Length"].flatMap(Int.init) {
            answer.body = try take(length)
        } else {
            while try fill() {}
            answer.body = pending
            pending = []
        }
        return answer
    }

    /// An answer's head alone; its body is still to come.
    func head() throws -> Answer {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let range = pending.firstRange(of: end) {
                let text = String(decoding: pending[..<range.lowerBound], as: UTF8.self)
                pending.removeSubrange(..<range.upperBound)
                return try Answer(head: text)
            }
            guard try fill() else { throw Failure(description: "the connection ended inside a head") }
        }
    }

    /// The next chunk of a chunked body; nil for the last.
    func chunk() throws -> [UInt8]? {
        let lineEnd = Array("\r\n".utf8)
        while true {
            if let range = pending.firstRange(of: lineEnd) {
                let size = Int(String(decoding: pending[..<range.lowerBound], as: UTF8.self), radix: 16) ?? 0
                pending.removeSubrange(..<range.upperBound)
                let chunk = try take(size + 2)
                return size == 0 ? nil : chunk.dropLast(2)
            }
            guard try fill() else { throw Failure(description: "the connection ended inside a chunk") }
        }
    }

    /// Whether the other side has ended the connection and nothing is left to read.
    func isEnded() throws -> Bool { try pending.isEmpty && !fill() }

    /// How many bytes have come and were not asked for; they are forgotten.
    func takeAll() -> Int {
        defer { pending = [] }
        return pending.count
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while pending.count < count {
            guard try fill() else {
                throw Failure(description: "the connection ended after \(pending.count) of \(count) bytes")
            }
        }
        let taken = Array(pending[..<count])
        pending.removeSubrange(..<count)
        return taken
    }

    private func fill() throws -> Bool {
        var piece = [UInt8](repeating: 0, count: 65536)
        let count = piece.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
        if count < 0, errno == ECONNRESET { return false }
        guard count >= 0 else { throw Failure(description: "recv: \(errno)") }
        pending += piece[..<count]
        return count > 0
    }

    private static func write(_ descriptor: CInt, _ start: UnsafeRawPointer?, _ count: Int) -> Int {
        #if canImport(Darwin)
        Darwin.send(descriptor, start, count, 0)
        #elseif canImport(Musl)
        Musl.send(descriptor, start, count, CInt(MSG_NOSIGNAL))
        #else
        Glibc.send(descriptor, start, count, CInt(MSG_NOSIGNAL))
        #endif
    }
}

/// An answer as it came.
struct Answer {
    let status: Int
    let fields: [(name: String, value: String)]
    var body: [UInt8] = []

    init(head: String) throws {
        let lines = head.split(separator: "\r\n", omittingEmptySubsequences: false)
        let words = lines[0].split(separator: " ", maxSplits: 2)
        guard words.count >= 2, words[0] == "HTTP/1.1", let status = Int(words[1]) else {
            throw RawClient.Failure(description: "no status line: \(lines[0])")
        }
        self.status = status
        fields = lines.dropFirst().map { line in
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            return (String(line[..<colon]), String(line[colon...].dropFirst(2)))
        }
    }

    /// A field's value; nil where it is missing, and all lines of it joined where there are several.
    subscript(_ name: String) -> String? {
        let values = fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
        return values.isEmpty ? nil : values.joined(separator: " | ")
    }

    var text: String { String(decoding: body, as: UTF8.self) }
}
