import HomeportCore
import HomeportNet
import LiveTestSupport
import NIOCore
import Testing

@testable import HomeportRuntime

/// Two folders, `one` and `two`, whose pages say their name, and projects that serve them.
struct ProjectBench {
    static let services = "services:\n  a: { folder: one, default: true }\n  b: { folder: two }\n"
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(pages: "one", "two") }

    func read(_ text: String) -> Result<Plan, PlanProblems> {
        Plan.read(text, file: "homeport.yaml", directory: folder.path)
    }

    func plan(_ text: String) throws -> Plan { try read(text).get() }

    static func options(_ place: ListenPlace = .loopbacks(nil)) -> ProjectOptions {
        ProjectOptions(place: place, threads: 2) { _ in }
    }

    /// Runs a project as long as `body` does; its control answers with the request's first line.
    func withProject(
        _ text: String = ProjectBench.services,
        _ body: (Project, UInt16) async throws -> Void
    ) async throws {
        let project = Project(try plan(text), options: Self.options())
        try await project.start(control: NamedResponder("control"), socket: nil)
        do {
            try await body(project, try #require(await project.port).number)
        } catch {
            await project.stop(within: .zero)
            throw error
        }
        await project.stop(within: .zero)
    }
}
