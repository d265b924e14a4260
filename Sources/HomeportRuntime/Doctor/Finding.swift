/// What a check of the machine came to.
package struct Finding: Codable, Sendable, Hashable {
    package enum Verdict: String, Codable, Sendable, Comparable, CaseIterable {
        case ok
        /// Worth knowing; nothing to do.
        case note
        /// It will surprise somebody.
        case warning
        /// Homeport cannot work here, or should not as it is.
        case failure

        package static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    /// Stable, for programs.
    package var id: String
    package var title: String
    package var verdict: Verdict
    /// What was found, as sentences without a full stop, joined by semicolons.
    package var facts: String
    /// What to do; nil where there is nothing to do.
    package var fix: String?

    package init(_ id: String, _ title: String, _ verdict: Verdict, _ facts: String, fix: String? = nil) {
        self.id = id
        self.title = title
        self.verdict = verdict
        self.facts = facts
        self.fix = fix
    }
}
