import Crypto

/// What there is of a body.
package struct TapBody: Sendable {
    /// Of all of it.
    package let length: Int64
    package var head: [UInt8] = []
    /// Its last bytes, where it has more than its head.
    package var tail: [UInt8] = []
    var storedHash: String?

    /// Whether all of it is there.
    package var isWhole: Bool { length == Int64(head.count + tail.count) }

    /// SHA-256 of all of it, in hexadecimal; nil where it was given up, or was never seen.
    package var sha256: String? {
        if let storedHash { return storedHash }
        guard isWhole else { return nil }
        var hash = SHA256()
        hash.update(data: head)
        hash.update(data: tail)
        return hash.finalize().hexadecimal
    }

    /// Without what it was sent in.
    func plain(_ fields: TapFields) -> PlainBody {
        PlainBody(bytes, isWhole: isWhole, codings: fields.values(of: "content-encoding"))
    }

    /// All of it, as far as it is there without a gap.
    package var bytes: [UInt8] { isWhole ? head + tail : head }
}
