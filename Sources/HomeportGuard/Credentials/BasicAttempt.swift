import HomeportHTTP

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A user and a password as a request carries them: `Authorization: Basic` and both, with a colon between, in base 64
/// (RFC 7617). The password may be any bytes; UTF-8 is what our challenge asks for.
struct BasicAttempt: Sendable {
    let user: String
    let password: [UInt8]
    /// Both together, as they came.
    let bytes: [UInt8]

    init?(_ head: RequestHead) {
        // Two lines are two readers' two users.
        guard head.fields.count(.authorization) == 1, let value = head.fields.text(.authorization),
            value.utf8.count <= 4096
        else {
            return nil
        }
        let words = value.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "basic",
            let bytes = Data(base64Encoded: String(words[1])).map(Array.init),
            let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
        else { return nil }
        self.bytes = bytes
        user = String(decoding: bytes[..<colon], as: UTF8.self)
        password = Array(bytes[(colon + 1)...])
    }
}
