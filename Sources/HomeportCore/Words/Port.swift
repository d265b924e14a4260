/// A TCP or UDP port that a program can name: 1 … 65535. Zero means "any" to the kernel and is no port.
///
///     try Port(parsing: "8080").class     // .user
public struct Port: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let number: UInt16

    /// - Returns: nil for 0.
    public init?(_ number: UInt16) {
        guard number > 0 else { return nil }
        self.number = number
    }

    /// Reads decimal digits, nothing else.
    /// - Throws: ``HomeportError`` with code `value.malformed` outside 1 … 65535.
    public init(parsing text: some StringProtocol) throws(HomeportError) {
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else {
            throw HomeportError(.badValue, "\"\(text)\" is not a port", fix: "write a number from 1 to 65535")
        }
        guard let number = UInt16(text), let port = Port(number) else {
            throw HomeportError(.badValue, "port \(text) is out of range", fix: "write a number from 1 to 65535")
        }
        self = port
    }

    /// The ranges of RFC 6335, section 6.
    public enum Class: String, Sendable, Codable {
        /// 0 … 1023: on most systems a program needs privilege to listen here.
        case system
        /// 1024 … 49151: assigned by IANA on request.
        case user
        /// 49152 … 65535: never assigned, for private and short-lived use.
        case dynamic
    }

    public var `class`: Class {
        switch number {
        case ..<1024: .system
        case ..<49152: .user
        default: .dynamic
        }
    }

    /// Whether a kernel that picks source ports from `range` may give this one to any outgoing connection.
    public func isEphemeral(in range: ClosedRange<UInt16>) -> Bool { range.contains(number) }

    public static func < (a: Port, b: Port) -> Bool { a.number < b.number }
    public var description: String { String(number) }
}

extension Port {
    /// Where Homeport lives: in the dynamic range, above what Linux gives to outgoing connections.
    public static let homeport = Port(known: 62893)

    private init(known number: UInt16) { self.number = number }
}
