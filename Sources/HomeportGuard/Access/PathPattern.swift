package import HomeportCore

/// A path of a rule: `/admin` is that path and all below it, `/v1/*` all below. In bytes, and whatever the case of ASCII's letters: some
/// services tell them apart, and some do not.
package struct PathPattern: Sendable, Equatable {
    private let prefix: [UInt8]
    private let isBelow: Bool

    private static let slash = UInt8(ascii: "/")

    /// - Throws: ``HomeportError`` with code `value.malformed`.
    package init(parsing text: String) throws(HomeportError) {
        let bytes = Array(text.utf8)
        guard bytes.first == Self.slash, Self.settled(text) == bytes, !bytes.dropLast().contains(UInt8(ascii: "*"))
        else {
            throw HomeportError(
                .badValue,
                "\"\(text.harmless)\" is no path of a rule",
                fix: "write /admin for it and all below, or /v1/*; without escapes, dots and doubled slashes"
            )
        }
        isBelow = bytes.suffix(2) == [Self.slash, UInt8(ascii: "*")]
        guard isBelow || bytes.last != UInt8(ascii: "*") else {
            throw HomeportError(.badValue, "\"\(text.harmless)\" has a star that is no whole part", fix: "write /v1/*")
        }
        let bare = isBelow ? bytes.dropLast(2) : bytes[...]
        prefix = Self.lower(bare.last == Self.slash ? bare.dropLast() : bare)
    }

    private static func lower(_ bytes: some Sequence<UInt8>) -> [UInt8] { bytes.map { $0 &- 65 < 26 ? $0 | 0x20 : $0 } }

    /// - Parameter path: As ``settled(_:)`` has it.
    func matches(_ path: [UInt8]) -> Bool {
        guard path.count >= prefix.count, Self.lower(path.prefix(prefix.count)) == prefix else { return false }
        let rest = path.dropFirst(prefix.count)
        return rest.first == Self.slash || !isBelow && rest.isEmpty
    }

    /// A path as services read it: escapes resolved, dots and doubled slashes gone.
    /// - Returns: Nil where they do not all read it alike: an escaped slash, a backslash, a control character, a broken escape, bytes that
    ///   are no text.
    static func settled(_ path: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = Array(path.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let high = digit(rest.removeFirst()), let low = digit(rest.removeFirst()) else {
                return nil
            }
            let value = high << 4 | low
            guard value != slash, value != UInt8(ascii: "%") else { return nil }
            bytes.append(value)
        }
        // What comes behind ";" is a parameter to some, and a part of the name to others.
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: ";") }),
            String(validating: bytes, as: UTF8.self) != nil
        else { return nil }
        let dot = UInt8(ascii: ".")
        var parts: [ArraySlice<UInt8>] = []
        var isFolder = true
        for part in bytes.split(separator: slash) {
            isFolder = part.elementsEqual([dot]) || part.elementsEqual([dot, dot])
            if part.elementsEqual([dot, dot]) { _ = parts.popLast() } else if !isFolder { parts.append(part) }
        }
        isFolder = isFolder || bytes.last == slash
        return parts.reduce(into: []) { $0 += [slash] + $1 } + (isFolder || parts.isEmpty ? [slash] : [])
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"):
            (byte | 0x20) - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
