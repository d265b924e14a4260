package import HomeportCore

/// Another name of a service: `admin`, `api.feature-x`, or `*.api` for all below it. All of them end in `.localhost`.
package struct DoorName: Sendable, Equatable, CustomStringConvertible {
    /// Without `.localhost`, and without the star.
    private let text: String
    package let isWild: Bool

    /// - Parameter text: With or without `.localhost` at its end.
    /// - Throws: ``HomeportError`` where it is no name, or one that is taken.
    package init(parsing text: String) throws(HomeportError) {
        isWild = text.hasPrefix("*.")
        let name = text.hasSuffix(".localhost") ? text.dropLast(".localhost".count) : text[...]
        self.text = String(isWild ? name.dropFirst(2) : name)
        let labels = self.text.split(separator: ".", omittingEmptySubsequences: false)
        for label in labels { _ = try ServiceName(parsing: String(label)) }
        guard self.text.utf8.count <= 200 else { throw HomeportError(.badValue, "\"\(text)\" is too long for a name") }
    }

    /// `admin.localhost`.
    package var host: String { "\(text).localhost" }
    /// `.api.localhost`.
    package var suffix: String { ".\(text).localhost" }

    package var description: String { isWild ? "*.\(text)" : text }
}
