package import HomeportCore

/// An answer of the record as a fault of a link, which gives it again: a piece of a plan.
package struct MockExport: Sendable {
    package init() {}

    /// A plan's text has at most so much.
    private static let mostBody = 256 << 10

    /// - Throws: ``HomeportError`` with code `export.mock` where it has no answer that a plan could hold.
    package func text(_ row: TapRow, in store: TapStore) throws(HomeportError) -> String {
        func problem(_ what: String) -> HomeportError { HomeportError(.exportMock, "#\(row.id) \(what)") }
        guard row.kind == .http, row.status >= 200, !row.method.isEmpty else {
            throw problem("was no request with an answer")
        }
        let body = store.body(.response, of: row)
        // It is given as it is unpacked, where it was sent packed.
        let plain = body.plain(row.fields(.response))
        guard body.isWhole, plain.isWhole, plain.bytes.count <= Self.mostBody else {
            throw problem("has an answer of \(body.length) bytes: a plan holds up to \(Self.mostBody), and all of it")
        }
        guard let text = String(validating: plain.bytes, as: UTF8.self), !text.unicodeScalars.contains("\0") else {
            throw problem("has an answer that is no text")
        }
        var words = [
            "method: \(Self.quoted(row.method))", "path: \(Self.quoted(row.path))", "status: \(row.status)",
        ]
        if let type = row.fields(.response).first("content-type") {
            words.append("set: \(Self.quoted("content-type: \(type)"))")
        }
        if !text.isEmpty { words.append("body: \(Self.quoted(text))") }
        var lines = ["# What \(row.method) \(row.path) was answered (#\(row.id)): for a plan, beside its services."]
        let left = row.fields(.response).all.map(\.name).filter {
            !["content-type", "content-length", "date"].contains($0.lowercased())
        }
        if !left.isEmpty { lines.append("# Without \(left.joined(separator: ", ")).") }
        if row.target != row.path { lines.append("# Whatever the query.") }
        if row.path.contains("*") { lines.append("# A star in its path stands for anything.") }
        let name = row.isOfLink ? row.service ?? "LINK" : "door -> \(row.service ?? "SERVICE")"
        lines += ["links:", "  \(Self.quoted(name)):", "    http:", "      - " + words[0]]
        lines += words.dropFirst().map { "        " + $0 }
        return lines.map { $0.replacing("\n", with: " ") }.joined(separator: "\n") + "\n"
    }

    /// YAML's double quotes are JSON's.
    private static func quoted(_ text: String) -> String {
        var bytes = JSONBytes()
        bytes.string(text)
        return String(decoding: bytes.take(), as: UTF8.self)
    }
}

extension HomeportError.Code {
    /// An exchange cannot be given again by a plan.
    package static let exportMock = Self("export.mock", .words)
}
