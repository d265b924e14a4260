package import HomeportCore

/// Where pages come from, as browsers say it: `http://localhost:5173`.
package struct WebOrigin: Sendable, Hashable {
    package let text: String

    /// - Throws: ``HomeportError`` with code `value.malformed`.
    package init(parsing text: String) throws(HomeportError) {
        let lower = text.lowercased()
        guard let scheme = ["http://", "https://"].first(where: lower.hasPrefix), text != "null" else {
            throw Self.wrong(text, "write it as in http://localhost:5173")
        }
        var rest = lower.dropFirst(scheme.count)
        if rest.hasSuffix("/") { rest.removeLast() }
        guard !rest.isEmpty, rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            !rest.contains(where: { "/?#@*\\,".contains($0) })
        else { throw Self.wrong(text, "write scheme, name and port alone, as in http://localhost:5173") }
        // Browsers leave a scheme's own port out.
        let port = scheme == "http://" ? ":80" : ":443"
        self.text = scheme + (rest.hasSuffix(port) ? rest.dropLast(port.count) : rest)
    }

    private static func wrong(_ text: String, _ fix: String) -> HomeportError {
        HomeportError(.badValue, "\"\(text.harmless)\" is no origin", fix: fix)
    }
}
