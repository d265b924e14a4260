import Crypto
import HomeportCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A password's hash, as `htpasswd` and crypt(5) write them.
///
/// | starts with | is |
/// |---|---|
/// | `$2y$`, `$2b$`, `$2a$` | bcrypt (`htpasswd -B`) |
/// | `$7$` | scrypt (`mkpasswd -m scrypt`) |
/// | `$y$`, `$6$`, `$5$` | yescrypt, SHA-512, SHA-256 of crypt(5) |
/// | `$apr1$` | salted, iterated MD5 (`htpasswd` without a flag) |
/// | `{SHA}` | bare SHA-1 (`htpasswd -s`) |
///
/// All but the last two are the system's libcrypt's work.
struct PasswordHash: Sendable {
    private enum Kind {
        case crypt, apr1, sha1
    }

    private let text: String
    private let kind: Kind

    /// - Throws: ``HomeportError`` for anything else, a password in the clear above all.
    init(parsing text: String) throws(HomeportError) {
        self.text = text
        if text.hasPrefix("$apr1$"), text.split(separator: "$").count == 3 {
            kind = .apr1
        } else if text.hasPrefix("{SHA}") {
            kind = .sha1
        } else if ["$2y$", "$2b$", "$2a$", "$7$", "$y$", "$6$", "$5$"].contains(where: text.hasPrefix) {
            try CryptLibrary.check()
            kind = .crypt
        } else {
            throw HomeportError(
                .badValue,
                "what follows the user's name is no password hash",
                fix: "make one with htpasswd -nB USER, or mkpasswd -m scrypt; in a shell, put single quotes around it"
            )
        }
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
