import Crypto
import HomeportCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A password's hash, as `htpasswd` and crypt(5) write them.
///
/// | starts with | is | ends with |
/// |---|---|---|
/// | `$2y$`, `$2b$`, `$2a$` | bcrypt (`htpasswd -B`) | 53 characters: salt and hash |
/// | `$7$`, `$y$` | scrypt, yescrypt (`mkpasswd -m scrypt`) | 43 |
/// | `$6$`, `$5$` | SHA-512, SHA-256 of crypt(5) | 86, 43 |
/// | `$apr1$` | salted, iterated MD5 (`htpasswd` without a flag) | 22 |
/// | `{SHA}` | bare SHA-1 (`htpasswd -s`) | 28 |
///
/// All but the last two are the system's libcrypt's work.
struct PasswordHash: Sendable {
    private enum Kind {
        case crypt, apr1, sha1
    }

    private let text: String
    private let kind: Kind

    private static let shapes: [(start: String, kind: Kind, end: Int)] = [
        ("$2y$", .crypt, 53), ("$2b$", .crypt, 53), ("$2a$", .crypt, 53), ("$7$", .crypt, 43), ("$y$", .crypt, 43),
        ("$6$", .crypt, 86), ("$5$", .crypt, 43), ("$apr1$", .apr1, 22), ("{SHA}", .sha1, 28),
    ]

    /// - Throws: ``HomeportError`` for anything else, a password in the clear above all; the text is not repeated.
    init(parsing text: String) throws(HomeportError) {
        guard let shape = Self.shapes.first(where: { text.hasPrefix($0.start) }) else {
            throw HomeportError(
                .badValue,
                "what follows the user's name is no password hash",
                fix: "make one with htpasswd -nB USER, or mkpasswd -m scrypt; in a shell, put single quotes around it"
            )
        }
        // Half a hash would let nobody in, and nobody would know why.
        let end = text.dropFirst(shape.start.count).split(separator: "$", omittingEmptySubsequences: false).last
        guard let end, end.utf8.count == shape.end, text.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
            throw HomeportError(
                .badValue,
                "a part of the password hash is missing",
                fix: "copy the whole line; in a shell, put single quotes around it, since $ means something there"
            )
        }
        guard Self.canBeChecked(text) else {
            throw HomeportError(
                .badValue,
                "the password hash asks for more work than can be done",
                fix: "make one with htpasswd -nB USER, whose cost is 5 to 17, or mkpasswd -m scrypt"
            )
        }
        if shape.kind == .crypt { try CryptLibrary.check() }
        self.text = text
        kind = shape.kind
    }

    /// A bcrypt of cost 20 takes a minute, and ten million rounds of SHA-512 several seconds: whoever tried a password
    /// would keep a thread busy for as long.
    private static func canBeChecked(_ text: String) -> Bool {
        let parts = text.split(separator: "$")
        guard parts.count > 1 else { return true }
        if text.hasPrefix("$2") { return Int(parts[1]).map { (4...20).contains($0) } ?? false }
        guard parts[1].hasPrefix("rounds=") else { return true }
        return Int(parts[1].dropFirst(7)).map { $0 <= 10_000_000 } ?? false
    }

    /// Takes as long as the hash is meant to take, which may be a good part of a second: never on an event loop.
    func matches(_ password: [UInt8]) -> Bool {
        let made: String? =
            switch kind {
            case .crypt: CryptLibrary.hash(password, like: text)
            case .apr1: APR1.hash(password, like: text)
            case .sha1: "{SHA}" + Data(Insecure.SHA1.hash(data: password)).base64EncodedString()
            }
        guard let made else { return false }
        return ConstantTime.equal(Array(made.utf8), Array(text.utf8))
    }
}

/// Comparison that takes the same time wherever the difference is.
package enum ConstantTime {
    package static func equal(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        guard a.count == b.count else { return false }
        return zip(a, b).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
