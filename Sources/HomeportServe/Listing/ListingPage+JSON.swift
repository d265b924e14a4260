/// The listing for programs: `Accept: application/json` or `?format=json`.
extension ListingPage {
    /// One object on one line:
    ///
    ///     {"path":"/files/","entries":[{"name":"a b.txt","type":"file","size":12,
    ///      "mtime":"2025-03-09T16:05:00Z","url":"/files/a%20b.txt","symlink":false}],"truncated":false}
    ///
    /// `size` is bytes, `url` is absolute on this origin and already percent-encoded, `type` is `folder`, `file` or
    /// `other`. `mtime` is RFC 3339 in UTC, and `null` for a year that RFC 3339 cannot write.
    ///
    /// - Parameter urlBase: the folder's percent-encoded path, with its trailing slash.
    package static func json(folder: String, urlBase: String, entries: [ListingEntry], truncated: Bool) -> String {
        var text = ""
        text.reserveCapacity(128 + entries.count * (160 + urlBase.utf8.count))
        text += "{\"path\":"
        appendJSON(folder, to: &text)
        text += ",\"entries\":["
        for (index, entry) in entries.enumerated() {
            if index > 0 { text += "," }
            append(entry, urlBase: urlBase, to: &text)
        }
        text += "],\"truncated\":"
        text += truncated ? "true}\n" : "false}\n"
        return text
    }

    private static func append(_ entry: ListingEntry, urlBase: String, to text: inout String) {
        text += "{\"name\":"
        appendJSON(entry.name, to: &text)
        text += ",\"type\":\""
        text += entry.kind.rawValue
        text += "\",\"size\":"
        text += String(entry.size)
        text += ",\"mtime\":"
        let time = ListingTime(secondsSince1970: entry.modified)
        if time.isSpellable {
            text += "\""
            time.appendRFC3339(to: &text)
            text += "\""
        } else {
            text += "null"
        }
        text += ",\"url\":"
        appendJSON(urlBase + entry.path + (entry.kind == .folder ? "/" : ""), to: &text)
        text += entry.symlink ? ",\"symlink\":true}" : ",\"symlink\":false}"
    }

    /// A JSON string with its quotes (RFC 8259 section 7).
    ///
    /// U+2028 and U+2029 are legal in JSON but ended a line in JavaScript before 2019, and `<` is escaped so that the
    /// text stays text if somebody pastes it into a page.
    static func appendJSON(_ value: String, to text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{00}"..."\u{1F}", "\u{7F}"..."\u{9F}", "<", "\u{2028}", "\u{2029}":
                let code = String(scalar.value, radix: 16)
                text += "\\u"
                for _ in 0..<(4 - code.utf8.count) { text += "0" }
                text += code
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
