package import HomeportCore
import HomeportHTTP

extension FolderPlan.CORS {
    /// - Throws: ``HomeportError`` unless the text is `*` or an origin: scheme, host and perhaps a port.
    package init(parsing text: String) throws(HomeportError) {
        if text == "*" {
            self.init(origin: text)
            return
        }
        let isOrigin =
            (text.hasPrefix("http://") || text.hasPrefix("https://")) && text.split(separator: "/").count == 2
            && !text.hasSuffix("/") && text.utf8.allSatisfy { $0 > 32 && $0 < 127 }
        guard isOrigin else {
            throw HomeportError(
                .badValue,
                "\"\(text)\" is no origin",
                fix: "write * or an origin such as http://app.localhost:62893"
            )
        }
        self.init(origin: text)
    }
}

extension PlanWord where Value == FolderPlan.CORS? {
    static let cors = PlanWord(schema: ["anyOf": [["type": "boolean"], ["type": "string"]]]) {
        (text) throws(HomeportError) in
        switch text {
        case "true": FolderPlan.CORS(origin: "*")
        case "false": nil
        default: try FolderPlan.CORS(parsing: text)
        }
    }
}

extension PlanWord where Value == String {
    /// The name of one file in the folder asked for: no path.
    static let fileName = PlanWord { (text) throws(HomeportError) in try FolderPlan.fileName(text) }

    /// Text that can stand in a field of an answer: one line of visible characters.
    static let headerValue = PlanWord { (text) throws(HomeportError) in try FolderPlan.headerValue(text) }
}

extension PlanWord where Value == [TableEntry<String>] {
    /// Names and values of fields.
    static let headers = PlanWord(schema: fieldTable.schema) { node, problems in
        fieldTable.read(node, &problems)?.filter { entry in
            do throws(HomeportError) { try FolderPlan.checkHeader(entry.name) } catch {
                problems.append(node.wrong(error.what, fix: error.fix))
                return false
            }
            return true
        }
    }

    private static let fieldTable = table(of: .headerValue)
}

extension FolderPlan {
    /// - Throws: ``HomeportError`` unless the text is a name without a path.
    package static func fileName(_ text: String) throws(HomeportError) -> String {
        guard !text.isEmpty, text != ".", text != "..", !text.utf8.contains(where: { $0 == 0x2F || $0 == 0 }) else {
            throw HomeportError(.badValue, "\"\(text)\" is no file's name", fix: "write a name such as index.html")
        }
        return text
    }

    /// - Throws: ``HomeportError`` unless the text is one line of visible characters.
    package static func headerValue(_ text: String) throws(HomeportError) -> String {
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 32 && $0 != 127 }) else {
            throw HomeportError(
                .badValue,
                "\"\(text.harmless)\" cannot be a field's value",
                fix: "write one line of visible characters"
            )
        }
        return text
    }

    /// - Throws: ``HomeportError`` for a name that is none, or whose value the server has to tell itself.
    package static func checkHeader(_ name: String) throws(HomeportError) {
        guard !name.isEmpty, name.utf8.allSatisfy(ASCII.isToken) else {
            throw HomeportError(.badValue, "\"\(name)\" is no field's name", fix: "write it as in X-Robots-Tag")
        }
        if name.lowercased() == "cache-control" {
            throw HomeportError(.badValue, "Cache-Control has a word of its own", fix: "use cache, as in max-age=60")
        }
        guard !ownHeaders.contains(name.lowercased()) else {
            throw HomeportError(.badValue, "\(name) is told by the server, file by file", fix: "remove it")
        }
    }

    private static let ownHeaders: Set<String> = [
        "accept-ranges", "connection", "content-encoding", "content-length", "content-range", "content-type", "date",
        "etag", "keep-alive", "last-modified", "location", "trailer", "transfer-encoding", "upgrade",
    ]
}
