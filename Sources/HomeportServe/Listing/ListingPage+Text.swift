import HomeportHTTP

/// How names and numbers become page text. A file name is the one thing on the page that anybody may have chosen.
extension ListingPage {
    /// A name as people see it: escaped, and what would be invisible or would turn the text around made visible.
    ///
    /// A line break in a name must not look like a space, and U+202E must not make `cod.exe` read as `exe.doc`.
    static func appendVisible(_ name: String, to page: inout String) {
        for scalar in name.unicodeScalars {
            switch scalar.value {
            case 0x00...0x1F, 0x7F...0x9F, 0x61C, 0x200B, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF:
                let code = String(scalar.value, radix: 16, uppercase: true)
                page += "<i>U+"
                for _ in 0..<max(0, 4 - code.utf8.count) { page += "0" }
                page += code
                page += "</i>"
            default:
                page.appendHTML(scalar)
            }
        }
    }

    /// `1.2 MB`: powers of 1000, as the plan's own units are; the exact count stands in the title.
    static func humanSize(_ bytes: Int64) -> String {
        let value = UInt64(clamping: bytes)
        if value < 1_000 { return "\(value) B" }
        let units = ["KB", "MB", "GB", "TB", "PB", "EB"]
        var unit: UInt64 = 1_000
        var index = 0
        while value / unit >= 1_000 {
            unit *= 1_000
            index += 1
        }
        while true {
            var whole = value / unit
            // The remainder is below 10^18, so ten times it still fits 64 bits.
            var tenth = (value % unit * 10 + unit / 2) / unit
            if whole >= 100 {
                // From the bytes, not from the tenth: rounding twice makes a megabyte of 999,499 bytes.
                whole += value % unit >= unit / 2 ? 1 : 0
                tenth = 0
            } else if tenth == 10 {
                whole += 1
                tenth = 0
            }
            // 999.6 KB rounds to 1000 KB, which is written 1 MB.
            if whole >= 1_000, index + 1 < units.count {
                unit *= 1_000
                index += 1
                continue
            }
            return tenth == 0 ? "\(whole) \(units[index])" : "\(whole).\(tenth) \(units[index])"
        }
    }

    /// `1,234,567`
    static func grouped(_ number: Int64) -> String {
        let digits = String(number.magnitude)
        var text = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.utf8.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }

    /// `12 files`, `1 folder`
    static func counted(_ number: Int, _ one: String, _ many: String) -> String {
        "\(grouped(Int64(number))) \(number == 1 ? one : many)"
    }
}
