import HomeportCore

/// A request as a line for a shell, which makes it once more.
///
/// `--data-raw`, since `-d` would take a leading `@` for a file; `--globoff` and `--path-as-is`, since curl would otherwise ask for something
/// else than what was asked for. What belongs to the connection is left out: curl has its own. For POSIX shells.
package struct CurlExport: Sendable {
    private let redaction: Redaction

    package init(_ redaction: Redaction) { self.redaction = redaction }

    /// Fields that curl writes itself, or that are the connection's.
    private static let own: Set<String> = [
        "connection", "content-length", "host", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade",
        "expect",
    ]

    /// - Returns: With a line end; and, before it, comments on what curl cannot be told in a line.
    package func text(_ row: TapRow, in store: TapStore) -> String {
        var notes: [String] = []
        var words = ["curl", "--globoff", "--path-as-is"]
        let (method, fields, body) = (row.method, row.fields(.request), store.body(.request, of: row))
        switch method {
        case "GET" where body.length == 0: break
        case "HEAD": words.append("--head")
        default: words += ["-X", Self.quoted(method)]
        }
        let target = row.target
        let url =
            target.hasPrefix("http://") || target.hasPrefix("https://") ? target : "http://\(row.authority)\(target)"
        if let place = Self.detour(row) { words += ["--connect-to", Self.quoted("::\(place)")] }
        words.append(Self.quoted(url))
        let isUpgrade = row.status == 101
        if isUpgrade {
            words += ["--http1.1", "--no-buffer"]
            notes.append("curl opens it and shows what comes, with the frames around it; it sends nothing more")
        }
        var hasType = false
        for field in fields.all {
            let name = field.name.lowercased()
            if Self.own.contains(name), !(isUpgrade && ["connection", "upgrade"].contains(name)) { continue }
            if name == "content-type" { hasType = true }
            if redaction.isSecret(name) {
                notes.append("\(field.name) is left out; --secrets exports it")
                continue
            }
            if name == "accept-encoding" { words.append("--compressed") }
            // A field without a value: curl takes "X:" for one that is to be left out.
            words += ["-H", Self.quoted(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")]
        }
        for name in ["Accept", "User-Agent"] where fields.first(name.lowercased()) == nil {
            words += ["-H", "'\(name):'"]
        }
        // An empty body that was announced, too: curl sends its length.
        if body.length > 0 || method != "GET" && method != "HEAD" && fields.first("content-length") != nil {
            if !hasType { words += ["-H", "'Content-Type:'"] }
            words += data(row, body, &notes)
        }
        return notes.map { "# \($0)\n" }.joined() + words.joined(separator: " ") + "\n"
    }

    /// Where it was sent, if that is not where its URL leads: a host may be named without the port.
    private static func detour(_ row: TapRow) -> String? {
        guard let local = row.local, local.port > 0, !row.authority.isEmpty else { return nil }
        let named = row.authority.split(separator: ":", omittingEmptySubsequences: false).last.flatMap { UInt16($0) }
        return named ?? 80 == local.port ? nil : local.text
    }

    private func data(_ row: TapRow, _ body: TapBody, _ notes: inout [String]) -> [String] {
        let bytes = body.bytes
        if !body.isWhole { notes.append("only \(bytes.count) of the body's \(body.length) bytes are kept") }
        // What a terminal would obey is not for a line that is shown on one.
        if let text = String(validating: bytes, as: UTF8.self),
            text.unicodeScalars.allSatisfy({ !$0.isUnseen || "\n\r\t".unicodeScalars.contains($0) })
        {
            return ["--data-raw", Self.quoted(text)]
        }
        let file = "request-\(row.id).bin"
        notes.append("its body is no text: homeport tap show \(row.id) --body request > \(file)")
        return ["--data-binary", "@\(file)"]
    }

    private static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }
}
