import ArgumentParser
import HomeportControl
import HomeportRuntime

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "What this folder's project is and where it answers.",
        discussion: """
            EXAMPLES
              homeport status
              homeport status --all --json

            JSON: {"projects": [{project, version, pid, directory, plan, started, addresses, bare?, worktree?, connections, settled, \
            links, toxiproxy, services: [{name, kind, summary, url, default, address?, and of programs: state, ready, pid, port, listens, \
            exposed, exit, trouble, restarts}]}]}

            EXIT CODES
              0  it runs, or --all
              3  it does not run
            """
    )

    @OptionGroup var choice: ProjectChoice

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let running = try await choice.running().map(\.status)
        if json { return try Terminal.output.write(json: ["projects": running]) }
        if running.isEmpty { return Terminal.output.write("nothing runs\n") }
        for status in running {
            let plan = status.plan ?? status.directory
            StartReport(
                status,
                next: ["pid \(status.pid), since \(status.started), \(status.connections) connections, \(plan)"]
            )
            .write(to: .output)
        }
    }
}
