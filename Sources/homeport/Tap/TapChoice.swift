import ArgumentParser
import HomeportControl
import HomeportCore
import HomeportRuntime
import HomeportTap

/// Whose record a command looks into.
struct TapChoice: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            """
            The project's plan, or the name of what has none, as an inspector tells it (default: homeport.yaml here or above, else the \
            only project that runs).
            """,
            valueName: "file"
        )
    )
    var file: String?

    @Option(help: ArgumentHelp("Look into what --record has kept in this folder.", valueName: "folder"))
    var recording: String?

    func validate() throws {
        if file != nil, recording != nil { throw ValidationError("--file or --recording: one of them.") }
    }

    /// - Parameter body: Asks it.
    func withOne(_ body: (ControlClient) async throws -> Void) async throws {
        if let recording { return try await RecordingHost.withClient(of: recording, in: StateDirectory(), body) }
        try await body(one())
    }

    private func one() async throws -> ControlClient {
        let found = await RunningProjects.find(in: StateDirectory())
        for error in found.silent { Terminal.errors.warn("\(error)") }
        if file == nil, found.all.count == 1, let only = found.all.first { return only.client }
        return try ProjectChoice.one(file, among: found.all).client
    }
}

/// A filter as the command line takes it.
struct TapFilterOption: ParsableArguments {
    @Option(
        name: [.customLong("filter"), .customShort("F")],
        help: "Only exchanges that match, as in 'status>=500 and path~/v1/ and took>200ms'."
    )
    var text = ""

    /// - Throws: ``HomeportError`` with a mark below the column that is wrong.
    func check() throws {
        do throws(HomeportError) { _ = try TapFilter(parsing: text) } catch {
            var error = error
            if let column = error.subject.flatMap({ Int($0.dropFirst("column ".count)) }) {
                Terminal.errors.write("  \(text.harmless)\n  \(String(repeating: " ", count: column - 1))^\n")
                error.subject = "--filter, column \(column)"
            }
            throw error
        }
    }
}
