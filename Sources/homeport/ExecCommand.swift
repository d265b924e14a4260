import ArgumentParser
import HomeportControl
import HomeportCore
import HomeportDoor
import HomeportNet
import HomeportRuntime
import NIOCore

struct ExecCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Run a command with this folder's project around it, on free ports.",
        discussion: """
            Starts the plan's services and links on free ports, away from the shared door, waits until every program is \
            ready, runs the command, and takes everything down. So several can run at once, beside homeport up: listen: of a \
            link and port: of a program are free ones, too. A program with a port of its own in its code still meets itself.

            The command finds each service and each named link in its environment: <NAME>_PORT and <NAME>_URL, as in API_URL; HOMEPORT_URL is \
            the project's own door, where http_proxy=$HOMEPORT_URL reaches http://NAME.localhost of every service. A link "exec -> api" of the plan is the \
            command's way to api; with --record there is one to every program, so that what the command asks is kept.

            EXAMPLES
              homeport exec -- npm test
              homeport exec -f tests/homeport.yaml -- swift test
              homeport exec --output -- pytest -x        with what the programs say, on standard error
              homeport exec --offline -- npm test        which cannot touch anything live
              homeport exec --record run1 -- npm test    homeport tap list --recording run1 shows what was asked

            EXIT CODES
              the command's own; 126 and 127 where it cannot be started, as shells have it
              2  the words were wrong, or the plan is
              3  a program did not get ready, or something else of the world is in the way
            """
    )

    @Option(name: .shortAndLong, help: "The plan (default: homeport.yaml here or above).")
    var file: String?

    @Flag(help: "Show what the programs say, on standard error.")
    var output = false

    @Flag(help: "The command sees the loopback, this project, and nothing else of any network. (Linux)")
    var offline = false

    @Option(help: "How requests are shown, on standard error: text, json or off. (default: off)")
    var log: ServingOptions.LogForm?

    @OptionGroup var record: RecordOption

    @Argument(parsing: .captureForPassthrough, help: "The command, and its words.")
    var command: [String] = []

    func validate() throws { try PassedWords.check(command, in: ExecCommand.self, "homeport exec -- npm test") }

    private var words: [String] { PassedWords(command).words }

    func run() async throws {
        var plan = try PlanFile.load(PlanFile.locate(file))
        // Beside the one that may run: this is another project of the same plan.
        plan.file = nil
        plan.takeFreePorts()
        if record.record != nil { plan.leadCommandThroughLinks() }
        let state = StateDirectory()
        try state.prepare()
        let errors = LineWriter(descriptor: 2)
        var options = ProjectOptions(place: .loopbacks(nil), threads: 1) { Terminal.errors.warn($0) }
        options.hasCommand = true
        if output {
            options.output = ProgramLines.output(.text(colour: Terminal.errors.hasColour), to: errors)
        }
        options.observer = (log ?? .off).accessLog(to: errors, on: .errors)
        options.recorder = try record.recorder(onTrouble: options.onWarning)
        let project = Project(plan, options: options)
        let (words, here) = (words, PlanFile.currentDirectory)
        let (hasTerminal, isOffline) = (Terminal.isOurs, offline)
        let outcome = Outcome()
        _ = try await ProjectHost.run(
            project,
            state: state,
            grace: .seconds(2),
            until: { project in
                await outcome.note {
                    do {
                        return try await project.run(words, in: here, hasTerminal: hasTerminal, isOffline: isOffline)
                    } catch let error
                        as HomeportError where error.code == .programUnready
                    {
                        let name = error.subject ?? ""
                        for line in project.programLog.tail(of: name, 20) {
                            Terminal.errors.write("\(ProgramLines.prefix(name, colour: false))\(line)\n")
                        }
                        throw error
                    }
                }
            },
            onReady: { _ in },
            onStopping: {}
        )
        errors.finish()
        throw ExitCode(try outcome.exitCode(saysWhy: true))
    }
}
