package import HomeportCore

/// The body of `POST /api/v1/plan`: a plan's text, and where its relative paths start.
package struct PlanWish: Codable, Sendable {
    package var text: String
    package var file: String
    package var directory: String
    /// Says what would change, and changes nothing.
    package var dryRun = false

    package init(text: String, file: String, directory: String, dryRun: Bool) {
        self.text = text
        self.file = file
        self.directory = directory
        self.dryRun = dryRun
    }
}

/// What is wrong with a request, as the command line would say it.
package struct ControlProblems: Codable, Sendable {
    package struct Problem: Codable, Sendable {
        package var code: String
        package var what: String
        package var place: String?
        package var fix: String?
    }

    package var problems: [Problem]

    init(_ errors: [HomeportError]) {
        problems = errors.map { Problem(code: $0.code.name, what: $0.what, place: $0.subject, fix: $0.fix) }
    }

    package var errors: [HomeportError] {
        problems.map { HomeportError(HomeportError.Code($0.code, .words), $0.what, where: $0.place, fix: $0.fix) }
    }
}
