package import HomeportCore

/// Where pages come from: as browsers say it, `http://localhost:5173`, or a service of the same door.
package enum WebOrigin: Sendable, Hashable {
    case written(String)
    case service(ServiceName)

    /// - Throws: ``HomeportError`` with code `value.malformed`.
    package init(parsing text: String) throws(HomeportError) {
        if let name = try? ServiceName(parsing: text), text != "null" {
            self = .service(name)
            return
        }
        let lower = text.lowercased()
        guard let scheme = ["http://", "https://"].first(where: lower.hasPrefix), text != "null" else {
            throw Self.wrong(text, "write it as in http://localhost:5173, or the name of a service")
        }
        var rest = lower.dropFirst(scheme.count)
        if rest.hasSuffix("/") { rest.removeLast() }
        guard !rest.isEmpty, rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            !rest.contains(where: { "/?#@*\\,".contains($0) })
        else { throw Self.wrong(text, "write scheme, name and port alone, as in http://localhost:5173") }
        // Browsers leave a scheme's own port out.
        let port = scheme == "http://" ? ":80" : ":443"
        self = .written(scheme + (rest.hasSuffix(port) ? rest.dropLast(port.count) : rest))
    }

    package var text: String {
        switch self {
        case .written(let text): text
        case .service(let name): name.text
        }
    }

    private static func wrong(_ text: String, _ fix: String) -> HomeportError {
        HomeportError(.badValue, "\"\(text.harmless)\" is no origin", fix: fix)
    }
}
