import ArgumentParser
import HomeportControl
import HomeportCore
import HomeportRuntime
import HomeportTap
import NIOCore

struct TapOpenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open",
        abstract: "Open what --record has kept.",
        discussion: """
            Until Ctrl-C the recording is there as if it ran: homeport tap list, show, diff, export and replay look into it. They take \
            --recording FOLDER as well, without this. A recording whose end was cut off is there up to its last whole exchange; nothing \
            is written to it.

            EXAMPLES
              homeport up --record run1
              homeport tap open run1
              homeport tap list --recording run1 --slowest

            EXIT CODES
              0  ended by Ctrl-C
              3  there is no recording
            """
    )

    @Argument(help: "The folder.")
    var folder: String

    @Option(name: [.customShort("n"), .long], help: "How many of the last exchanges are shown first.")
    var last = 10

    func validate() throws {
        if !(0...TapQuery.mostRows).contains(last) { throw ValidationError("-n takes 0 to \(TapQuery.mostRows).") }
    }

    func run() async throws {
        let project = try RecordingHost.project(folder) { Terminal.errors.warn($0) }
        let (last, folder, name) = (last, folder, await project.plan.name.text)
        _ = try await ProjectHost.run(
            project,
            state: StateDirectory(),
            grace: .zero,
            onReady: { _ in
                var query = TapQuery(filter: .all)
                query.limit = last
                let rows = last > 0 ? (try? query.run(on: project.tap.store).rows) ?? [] : []
                let line = TapLine(terminal: .output)
                for row in rows.reversed() { Terminal.output.write(line.text(TapRowMessage(row)) + "\n") }
                let out = Terminal.output
                out.write(out.styled("\(project.tap.store.counters.rows) exchanges in \(folder)", .bold) + "\n")
                let hint = "homeport tap list and show look into them, with -f \(name); Ctrl-C ends it"
                out.write(out.styled(hint, .dim) + "\n")
            },
            onStopping: {}
        )
    }
}
