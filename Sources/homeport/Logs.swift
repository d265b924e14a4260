import ArgumentParser
import HomeportControl
import HomeportCore
import HomeportDoor
import HomeportRuntime

struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "What this folder's programs have said.",
        discussion: """
            The last lines of each program, at most 256 KiB of each; a line has at most 8 KiB.

            EXAMPLES
              homeport logs                   all programs, in the order in which they spoke
              homeport logs api -f            one, and go on until Ctrl-C
              homeport logs --json            {"number", "service", "time", "text"} in each line; time in milliseconds since 1970

            EXIT CODES
              0  done
              2  the project has no such program
              3  it does not run
            """
    )

    @Argument(help: "A service's name.")
    var name: String?

    @Flag(name: .shortAndLong, help: "Go on with what is said from now on.")
    var follow = false

    @Option(name: [.customShort("n"), .long], help: "Only the last N lines of what was said before.")
    var lines: Int?

    @Flag(help: "Print JSON, one object a line.")
    var json = false

    @Option(help: "The project's plan (default: homeport.yaml here or above).")
    var file: String?

    func validate() throws {
        if let lines, lines < 0 { throw ValidationError("-n takes a number of lines.") }
    }

    func run() async throws {
        let running = await RunningProjects.find(in: StateDirectory())
        let (client, status) = try ProjectChoice.one(file, among: running.all)
        if let name { try Self.check(name, in: status) }
        // All that was said before, then, where that is wanted, what comes.
        var (before, next) = ([ProgramLog.Line](), UInt64(0))
        while true {
            let page = try await client.lines(of: name, after: next, wait: 0)
            next = page.next
            before += page.lines
            if page.lines.isEmpty { break }
        }
        for line in before.suffix(lines ?? before.count) { try write(line) }
        while follow {
            let page: LogPage
            do { page = try await client.lines(of: name, after: next, wait: 30) } catch let error as HomeportError
                where error.code == .controlGone
            { return }
            next = page.next
            for line in page.lines { try write(line) }
        }
    }

    private func write(_ line: ProgramLog.Line) throws {
        if json { return Terminal.output.write(try line.json + "\n") }
        let prefix = name == nil ? ProgramLines.prefix(line.service, colour: Terminal.output.hasColour) : ""
        Terminal.output.write("\(prefix)\(line.text)\n")
    }

    static func check(_ name: String, in status: ProjectStatus) throws {
        let programs = status.services.filter { $0.state != nil }.map(\.name)
        guard !programs.contains(name) else { return }
        let near = Spelling.nearest(to: name, among: programs)
        throw HomeportError(
            .badValue,
            "\(status.project) has no program \(name)",
            fix: near.map { "did you mean \($0)?" }
                ?? (programs.isEmpty
                    ? "it has none; a plan says run: for one" : "it has \(programs.joined(separator: ", "))")
        )
    }
}
