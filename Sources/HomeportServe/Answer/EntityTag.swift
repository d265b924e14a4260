import HomeportHTTP

/// An ETag: `"1a2b-400-7"`, or `W/"…"` while two different contents could still share it.
struct EntityTag: Equatable {
    /// With its quotes, without `W/`.
    let opaque: [UInt8]
    let isWeak: Bool

    init(opaque: [UInt8], isWeak: Bool) {
        self.opaque = opaque
        self.isWeak = isWeak
    }

    /// Strong, since the time of the last change to the nanosecond, the size and the inode together change with every
    /// change that the file system's clock can see.
    ///
    /// The time of modification would do less: archives, package tools and reproducible builds set it, and then two
    /// contents of one length share it. Nobody can set the time of change.
    ///
    /// - Parameter variant: Tells what is sent of one file apart: each encoding has its own tag (RFC 9110, section
    ///   8.8.3.3).
    init(of facts: FileFacts, variant: StaticString?, isWeak: Bool) {
        let time = UInt64(bitPattern: facts.changed &* 1_000_000_000 &+ facts.changedNanoseconds)
        let numbers = [time, UInt64(facts.size), facts.inode].map { String($0, radix: 36) }.joined(separator: "-")
        let text = "\"\(numbers)\(variant.map { "-\($0)" } ?? "")\""
        self.init(opaque: Array(text.utf8), isWeak: isWeak)
    }

    var text: String { (isWeak ? "W/" : "") + String(decoding: opaque, as: UTF8.self) }

    /// Strong comparison needs both to be strong; weak comparison ignores `W/` (RFC 9110, section 8.8.3.2).
    func matches(_ other: Span<UInt8>, strongly: Bool) -> Bool {
        let otherIsWeak = other.count > 2 && other[0] == 0x57 && other[1] == ASCII.slash
        if strongly, isWeak || otherIsWeak { return false }
        let rest = otherIsWeak ? other.extracting(2...) : other
        guard rest.count == opaque.count else { return false }
        for index in opaque.indices where rest[index] != opaque[index] { return false }
        return true
    }

    /// Whether a line of If-Match or If-None-Match names this tag, or is `*`.
    ///
    /// A walk of its own, since a tag's quotes are no quoted string: what stands between them is taken as it is, and a
    /// backslash escapes nothing (RFC 9110, section 8.8.3).
    func isIn(_ list: Span<UInt8>, strongly: Bool) -> Bool {
        if list.extracting(list.trimmed(0..<list.count)).equals("*") { return true }
        var (start, index, isQuoted) = (0, 0, false)
        while index <= list.count {
            if index == list.count || list[index] == ASCII.comma && !isQuoted {
                if matches(list.extracting(list.trimmed(start..<index)), strongly: strongly) { return true }
                start = index + 1
            } else if list[index] == ASCII.quote {
                isQuoted.toggle()
            }
            index += 1
        }
        return false
    }
}
