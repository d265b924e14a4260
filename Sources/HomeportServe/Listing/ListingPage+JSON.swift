import HomeportCore

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
        text.appendJSON(folder)
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
        text.appendJSON(entry.name)
        text += ",\"type\":\""
        text += entry.kind.rawValue
        text += "\",\"size\":"
        text += String(entry.size)
        text += ",\"mtime\":"
        let time = UTCTime(entry.modified)
        if time.isSpellable {
            text += "\""
            time.appendRFC3339(to: &text)
            text += "\""
        } else {
            text += "null"
        }
        text += ",\"url\":"
        text.appendJSON(urlBase + entry.path + (entry.kind == .folder ? "/" : ""))
        text += entry.symlink ? ",\"symlink\":true}" : ",\"symlink\":false}"
    }
}
