package import HomeportCore

/// A path, and all below it, that another service answers: it sees the path as it was asked for.
package struct PathRoute: Sendable, Equatable {
    /// `/api`.
    package let prefix: String
    package let service: ServiceName

    /// - Throws: ``HomeportError`` where the prefix is no path.
    package init(parsing prefix: String, to service: ServiceName) throws(HomeportError) {
        let isPath =
            prefix.hasPrefix("/") && prefix.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && !"?#*".utf8.contains($0) }
        guard isPath, prefix.utf8.count <= 1024 else {
            throw HomeportError(.badValue, "\"\(prefix)\" is no path", fix: "write it as in /api, without ? or *")
        }
        self.prefix = prefix
        self.service = service
    }
}
