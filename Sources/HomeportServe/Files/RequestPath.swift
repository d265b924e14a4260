import HomeportHTTP

/// A target's path as the names of files: decoded once, dot segments removed, nothing left that a file system could read
/// in a second way.
struct RequestPath: Equatable {
    /// Each is a file's name: bytes, not empty, without `/` or NUL, neither `.` nor `..`.
    var segments: [[UInt8]]
    var hasTrailingSlash: Bool

    enum Verdict: Equatable {
        case path(RequestPath)
        case malformed(String)
        /// Well-formed, but never the name of something that is served.
        case notFound
    }

    /// - Parameter path: Starts with `/`, or is empty as in `http://host`.
    static func decode(_ path: Span<UInt8>) -> Verdict {
        var segments: [[UInt8]] = []
        var index = 0
        var trailing = true
        while index < path.count {
            guard path[index] == ASCII.slash else { return .malformed("the path does not start with /") }
            index += 1
            var segment: [UInt8] = []
            while index < path.count, path[index] != ASCII.slash {
                var byte = path[index]
                index += 1
                if byte == ASCII.percent {
                    guard index + 1 < path.count, let high = ASCII.hex(path[index]),
                        let low = ASCII.hex(path[index + 1])
                    else { return .malformed("a % is not followed by two hexadecimal digits") }
                    byte = high << 4 | low
                    index += 2
                    // An encoded separator is data (RFC 3986, section 2.2); no file's name can hold it.
                    if byte == ASCII.slash { return .notFound }
                }
                guard byte != 0 else { return .malformed("the path holds a NUL") }
                if byte == ASCII.backslash { return .notFound }
                segment.append(byte)
            }
            guard !isOverlong(segment) else { return .malformed("the path holds an overlong UTF-8 sequence") }
            trailing = true
            if segment == [ASCII.dot] || segment.isEmpty { continue }
            if segment == [ASCII.dot, ASCII.dot] {
                guard segments.popLast() != nil else { return .malformed("the path leads above the root") }
                continue
            }
            segments.append(segment)
            trailing = false
        }
        if isHidden(segments) { return .notFound }
        return .path(RequestPath(segments: segments, hasTrailingSlash: trailing))
    }

    /// Hidden files are not served, and a hidden folder hides what is in it. RFC 8615 has its folder at the root.
    /// - Parameter segments: None of them empty.
    static func isHidden(_ segments: [[UInt8]]) -> Bool {
        segments.enumerated().contains { depth, segment in
            segment[0] == ASCII.dot && (depth > 0 || segment != Array(".well-known".utf8))
        }
    }

    /// Relative to the root, as the file system takes it.
    var relative: [UInt8] { Array(segments.joined(separator: [ASCII.slash])) }

    /// The same for a file in this folder.
    func relative(adding name: [UInt8]) -> [UInt8] { segments.isEmpty ? name : relative + [ASCII.slash] + name }

    /// Percent-encoded, path-absolute, and never starting with `//`, which would name a host.
    var encoded: String { "/" + segments.map(Self.encode).joined(separator: "/") }

    /// Decoded, for people; bytes that are not UTF-8 become U+FFFD.
    var display: String { "/" + segments.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/") }

    static func encode(_ segment: [UInt8]) -> String {
        var text = ""
        for byte in segment {
            let isPlain =
                ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == ASCII.hyphen || byte == ASCII.dot || byte == 0x5F
                || byte == 0x7E
            if isPlain {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return text
    }

    /// A longer encoding than a character needs is how `/` and `.` are smuggled past filters. Other bytes that are no
    /// UTF-8 are let through: names are bytes, and old ones are Latin-1.
    private static func isOverlong(_ bytes: [UInt8]) -> Bool {
        for index in bytes.indices.dropLast() {
            let next = bytes[index + 1]
            guard next & 0xC0 == 0x80 else { continue }
            switch bytes[index] {
            case 0xC0, 0xC1: return true
            case 0xE0 where next < 0xA0: return true
            case 0xF0 where next < 0x90: return true
            // Of five and six bytes, as UTF-8 once had them.
            case 0xF8 where next < 0x88: return true
            case 0xFC where next < 0x84: return true
            default: continue
            }
        }
        return false
    }
}
