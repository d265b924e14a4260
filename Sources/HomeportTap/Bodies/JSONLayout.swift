import HomeportHTTP

/// JSON that was sent on one line, with a line for each of its values: what people read. Order, spelling and escapes stay.
package enum JSONLayout {
    /// Further in than so many levels, lines are not moved.
    private static let mostLevels = 16

    /// - Returns: Nil for what is no object or list, or has lines already.
    package static func lines(of bytes: [UInt8]) -> [UInt8]? {
        guard !bytes.dropLast().contains(ASCII.lf), JSONTree(bytes) != nil else { return nil }
        var lines: [UInt8] = []
        var depth = 0
        var (isText, isEscaped, isLineDue) = (false, false, false)
        func beginLine() {
            lines.append(ASCII.lf)
            lines += [UInt8](repeating: ASCII.space, count: 2 * min(depth, mostLevels))
        }
        for byte in bytes {
            if isText {
                lines.append(byte)
                isText = isEscaped || byte != ASCII.quote
                isEscaped = !isEscaped && byte == ASCII.backslash
                continue
            }
            if ASCII.isBlank(byte) || byte == ASCII.lf || byte == ASCII.cr { continue }
            let opens = byte == UInt8(ascii: "{") || byte == ASCII.leftBracket
            let closes = byte == UInt8(ascii: "}") || byte == ASCII.rightBracket
            if closes { depth -= 1 }
            // One that is empty stays on its line: its end comes where a first value is due.
            if isLineDue != closes { beginLine() }
            isLineDue = opens || byte == ASCII.comma
            lines.append(byte)
            if opens { depth += 1 }
            if byte == ASCII.colon { lines.append(ASCII.space) }
            isText = byte == ASCII.quote
        }
        return lines
    }
}
