#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where something listens or dials, with the scheme spoken there.
///
///     try Endpoint(parsing: "62893")                  // both loopbacks
///     try Endpoint(parsing: "http://[::1]:8080")
///     try Endpoint(parsing: "tcp://127.0.0.1:5432")
///     try Endpoint(parsing: "unix:/run/db.sock")
///
/// What it prints, it reads back as the same value: `try Endpoint(parsing: "\(endpoint)") == endpoint`.
public struct Endpoint: Sendable, Hashable {
    /// What is spoken at the place. `nil` in ``Endpoint/scheme`` means that it was not said.
    public enum Scheme: String, Sendable, CaseIterable {
        case http, https, tcp, udp
    }

    /// The place itself.
    public enum Place: Sendable, Hashable {
        /// `127.0.0.1` and `::1` together, on one port.
        case loopback(Port)
        case ipv4(IPv4, Port)
        case ipv6(IPv6, Port)
        /// An absolute path, at most 107 bytes: what fits `sockaddr_un` on Linux.
        case unix(String)
    }

    public var scheme: Scheme?
    public var place: Place

    public init(_ place: Place, scheme: Scheme? = nil) {
        self.place = place
        self.scheme = scheme
    }

    /// Nil for a unix socket.
    public var port: Port? {
        switch place {
        case .loopback(let port), .ipv4(_, let port), .ipv6(_, let port): port
        case .unix: nil
        }
    }

    /// Whether only this machine can reach the place.
    public var isLoopback: Bool {
        switch place {
        case .loopback, .unix: true
        case .ipv4(let address, _): address.isLoopback
        case .ipv6(let address, _): address.isLoopback
        }
    }
}

extension Endpoint: CustomStringConvertible {
    /// - Throws: ``HomeportError`` with code `value.malformed`, saying which part is wrong and how to write it.
    public init(parsing text: String) throws(HomeportError) {
        var rest = Substring(text)
        var scheme: Scheme?
        if let slashes = text.range(of: "://") {
            let word = text[..<slashes.lowerBound]
            guard let known = Scheme(rawValue: String(word)) else {
                let near = Spelling.nearest(to: String(word), among: Scheme.allCases.map(\.rawValue))
                let known = Scheme.allCases.map { "\($0.rawValue)://" }.joined(separator: ", ")
                let fix = near.map { "write \($0)\(text[slashes.lowerBound...])" } ?? "known: \(known)"
                throw Self.malformed(text, "\"\(word)\" is no scheme", fix)
            }
            scheme = known
            rest = text[slashes.upperBound...]
            if rest.hasSuffix("/") && !rest.hasPrefix("unix:") { rest.removeLast() }
        }
        self.init(try Self.place(of: rest, in: text), scheme: scheme)
    }

    public var description: String {
        let spot =
            switch place {
            case .loopback(let port): "localhost:\(port)"
            case .ipv4(let address, let port): "\(address):\(port)"
            case .ipv6(let address, let port): "[\(address)]:\(port)"
            case .unix(let path): "unix:\(path)"
            }
        return scheme.map { "\($0.rawValue)://\(spot)" } ?? spot
    }

    private static func place(of rest: Substring, in text: String) throws(HomeportError) -> Place {
        if rest.hasPrefix("unix:") {
            let path = String(rest.dropFirst(5))
            guard path.hasPrefix("/"), !path.utf8.contains(0) else {
                throw malformed(text, "a unix socket needs an absolute path", "write unix:/path/to/socket")
            }
            guard path.utf8.count <= 107 else {
                throw malformed(
                    text,
                    "the socket's path has \(path.utf8.count) bytes, the system takes 107",
                    "choose a shorter path"
                )
            }
            return .unix(path)
        }
        if rest.hasPrefix("[") {
            guard let end = rest.firstIndex(of: "]"), let address = IPv6(rest[rest.index(after: rest.startIndex)..<end])
            else { throw malformed(text, "no IPv6 address between [ and ]", "write [::1]:8080") }
            return .ipv6(address, try port(of: rest[rest.index(after: end)...], in: text))
        }
        if !rest.isEmpty, rest.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) {
            return .loopback(try port(of: ":" + rest, in: text))
        }
        let colon = rest.firstIndex(of: ":") ?? rest.endIndex
        let host = rest[..<colon]
        if rest[colon...].dropFirst().contains(":") {
            throw malformed(text, "an IPv6 address needs brackets", "write [::1]:8080, in YAML with quotes around it")
        }
        guard host == "localhost" || IPv4(host) != nil else {
            let port = rest[colon...].dropFirst()
            let place = "127.0.0.1:\(port.isEmpty ? "8080" : port)"
            let isName = host.contains(where: \.isLetter)
            throw malformed(
                text,
                "\"\(host)\" is neither an IP address nor localhost",
                "write \(place)" + (isName ? " for this machine; for another one, its IP address" : "")
            )
        }
        let port = try port(of: rest[colon...], in: text)
        return IPv4(host).map { .ipv4($0, port) } ?? .loopback(port)
    }

    private static func port(of rest: Substring, in text: String) throws(HomeportError) -> Port {
        guard rest.hasPrefix(":") else { throw malformed(text, "it has no port", "write \(text):8080") }
        if rest.contains("/") { throw malformed(text, "a path has no place in it", "leave out what follows the port") }
        do { return try Port(parsing: rest.dropFirst()) } catch { throw malformed(text, error.what, error.fix) }
    }

    private static func malformed(_ text: String, _ why: String, _ fix: String?) -> HomeportError {
        HomeportError(.badValue, "\"\(text)\" is not an endpoint: \(why)", fix: fix)
    }
}

/// An IPv4 address, as the number it is.
public struct IPv4: Sendable, Hashable, CustomStringConvertible {
    /// In host byte order: 127.0.0.1 is `0x7F00_0001`.
    public var bits: UInt32

    public init(bits: UInt32) { self.bits = bits }

    /// Reads four decimal parts; nil for anything else, the old octal and short forms included.
    public init?(_ text: some StringProtocol) {
        var raw = in_addr()
        guard !text.utf8.contains(0), inet_pton(AF_INET, String(text), &raw) == 1 else { return nil }
        self.init(bits: UInt32(bigEndian: raw.s_addr))
    }

    /// 127.0.0.0/8.
    public var isLoopback: Bool { bits >> 24 == 127 }
    /// 0.0.0.0: all addresses to who listens, and this machine to who connects.
    public var isAny: Bool { bits == 0 }

    public var description: String { "\(bits >> 24).\(bits >> 16 & 255).\(bits >> 8 & 255).\(bits & 255)" }
}

/// An IPv6 address, printed as RFC 5952 asks.
public struct IPv6: Sendable, Hashable, CustomStringConvertible {
    /// The first and the last eight bytes, in host byte order.
    public var high, low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads every form of RFC 4291, section 2.2, without brackets and without a zone; nil for anything else.
    public init?(_ text: some StringProtocol) {
        var raw = in6_addr()
        guard !text.utf8.contains(0), inet_pton(AF_INET6, String(text), &raw) == 1 else { return nil }
        self = withUnsafeBytes(of: raw) {
            Self(
                high: UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }

    /// `::1`, or 127.0.0.0/8 seen through a dual-stack socket.
    public var isLoopback: Bool { high == 0 && (low == 1 || low >> 24 == 0xFFFF_7F) }
    /// `::`, the same for IPv6.
    public var isAny: Bool { high == 0 && low == 0 }

    public var description: String {
        var raw = in6_addr()
        withUnsafeMutableBytes(of: &raw) {
            $0.storeBytes(of: high.bigEndian, as: UInt64.self)
            $0.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
            guard let start = text.baseAddress, inet_ntop(AF_INET6, &raw, start, socklen_t(text.count)) != nil
            else { return "::" }
            return String(cString: start)
        }
    }
}

extension StringProtocol {
    fileprivate func range(of needle: String) -> Range<Index>? {
        var at = startIndex
        while at < endIndex {
            if self[at...].hasPrefix(needle) { return at..<index(at, offsetBy: needle.count) }
            at = index(after: at)
        }
        return nil
    }
}
