import HomeportHTTP

/// Paths as Go's router sees them.
enum ToxiproxyPath {
    static func decoded(_ path: String) -> String {
        guard path.contains("%") else { return path }
        var (bytes, out) = (Array(path.utf8)[...], [UInt8]())
        while let byte = bytes.popFirst() {
            if byte == UInt8(ascii: "%"), bytes.count >= 2, let high = ASCII.hex(bytes[bytes.startIndex]),
                let low = ASCII.hex(bytes[bytes.startIndex + 1])
            {
                out.append(high << 4 | low)
                bytes = bytes.dropFirst(2)
            } else {
                out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    static func encoded(_ path: String) -> String {
        var out = ""
        for byte in path.utf8 {
            let scalar = Unicode.Scalar(byte)
            let isPlain = byte < 0x80 && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
            if isPlain || "-._~/$&+,:;=@!*'()".unicodeScalars.contains(scalar) {
                out.unicodeScalars.append(scalar)
            } else {
                out += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return out
    }

    /// Without empty parts, `.` and `..`; a slash at the end stays.
    static func clean(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        let clean = "/" + parts.joined(separator: "/")
        return path.hasSuffix("/") && clean != "/" ? clean + "/" : clean
    }
}
