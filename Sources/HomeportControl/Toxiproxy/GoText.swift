/// Values as Go's `encoding/json` writes them.
enum GoText {
    static func string(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\u{08}": out += "\\b"
            case "\u{0C}": out += "\\f"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            // So that JSON can stand in a page.
            case "<", ">", "&", "\u{2028}", "\u{2029}": out += escaped(scalar)
            case _ where scalar.value < 0x20: out += escaped(scalar)
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }

    /// The shortest decimal that reads back as the same 32 bits; with an exponent below 1e-6 and from 1e21.
    static func float(_ value: Float) -> String {
        if value == 0 { return value.sign == .minus ? "-0" : "0" }
        // Swift finds the digits; Go writes them its way.
        let parts = "\(value.magnitude)".split(separator: "e")
        let decimals = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        var digits = decimals.joined()
        var point = decimals[0].count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        while digits.hasPrefix("0") {
            digits.removeFirst()
            point -= 1
        }
        while digits.hasSuffix("0") { digits.removeLast() }
        let sign = value < 0 ? "-" : ""
        let magnitude = value.magnitude
        if magnitude < 1e-6 || magnitude >= 1e21 {
            let exponent = point - 1
            let rest = digits.dropFirst()
            return sign + digits.prefix(1) + (rest.isEmpty ? "" : ".\(rest)") + "e" + (exponent < 0 ? "-" : "+")
                + "\(exponent.magnitude)"
        }
        if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
        if digits.count <= point { return sign + digits + String(repeating: "0", count: point - digits.count) }
        return sign + digits.prefix(point) + "." + digits.dropFirst(point)
    }
}
