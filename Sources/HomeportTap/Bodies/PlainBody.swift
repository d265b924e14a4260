/// A body without the codings in which it was sent (RFC 9110, section 8.4), as far as it is there: for looking at, off the road.
package struct PlainBody: Sendable, Equatable {
    package var bytes: [UInt8]
    /// Whether that is all of it.
    package var isWhole: Bool
    /// In words, what is to be said of it; nil where it was sent as it is.
    package var note: String?

    /// Bytes to which one is unpacked: what a megabyte unpacks to can be a gigabyte.
    package static let most = 4 << 20
    /// Codings, one in the other, that are undone.
    private static let mostCodings = 4

    init(bytes: [UInt8], isWhole: Bool) { (self.bytes, self.isWhole) = (bytes, isWhole) }

    /// - Parameters:
    ///   - bytes: As they were sent.
    ///   - isWhole: Whether those are all.
    ///   - codings: The values of `Content-Encoding`, in their order.
    ///   - most: Bytes to which they are unpacked.
    package init(_ bytes: [UInt8], isWhole: Bool, codings values: [String], most: Int = PlainBody.most) {
        (self.bytes, self.isWhole) = (bytes, isWhole)
        let codings = values.flatMap { $0.split(separator: ",") }.map { $0.trimmed.lowercased() }
            .filter { $0 != "identity" && !$0.isEmpty }
        guard !codings.isEmpty, !bytes.isEmpty else { return }
        note = "unpacked from \(codings.joined(separator: ", "))"
        _ = codings.reversed().prefix(Self.mostCodings).allSatisfy { undo($0, most) }
    }

    /// - Returns: Whether what it was sent in before that can be undone, too.
    private mutating func undo(_ coding: String, _ most: Int) -> Bool {
        guard coding == "gzip" || coding == "x-gzip" || coding == "deflate" else {
            note = "as it was sent, in \(coding)"
            return false
        }
        guard let (made, ending) = Zlib.inflate(bytes, coding == "deflate" ? Self.deflated(bytes) : .gzip, most: most)
        else {
            note = "as it was sent, in \(coding): there is no zlib here to unpack it"
            return false
        }
        guard !made.isEmpty || ending == .whole else {
            note = "as it was sent: it is no \(coding)"
            return false
        }
        let wasWhole = isWhole
        (bytes, isWhole) = (made, ending == .whole)
        switch ending {
        case .whole: break
        case .cut where !wasWhole: note = "unpacked from \(coding), as far as it is kept"
        case .cut: note = "unpacked from \(coding), which ends too early"
        case .broken: note = "unpacked from \(coding), which is broken behind that"
        case .tooLong: note = "unpacked from \(coding), the first \(most) bytes of more"
        }
        return true
    }

    /// Whether bytes begin like gzip's, or zlib's.
    static func looksPacked(_ bytes: some Collection<UInt8>) -> Bool {
        let start = Array(bytes.prefix(2))
        guard start.count == 2 else { return false }
        return start == [0x1F, 0x8B] || start[0] & 0x0F == 8 && (Int(start[0]) << 8 | Int(start[1])) % 31 == 0
    }

    /// Some send it without zlib's frame, against RFC 9110.
    private static func deflated(_ bytes: [UInt8]) -> Zlib.Frame {
        looksPacked(bytes) ? .zlib : .none
    }
}
