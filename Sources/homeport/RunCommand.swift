import ArgumentParser
import HomeportControl
import HomeportCore
import HomeportDoor
import HomeportNet
import HomeportRuntime
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a program behind the door, at NAME.localhost.",
        discussion: """
            The program gets a port of its own, the same each time for this working copy, in PORT; HOST is 127.0.0.1, and URL \
            is where it is found. Wherever it comes to listen, NAME.localhost:62893 leads there. In a further worktree of a \
            git repository the name is NAME.WORKTREE.localhost.

            On a terminal, the program has it as its own. It ends with Homeport, however that ends, with all that it has \
            started; and Homeport ends with it. A PORT that is set already is kept.

            EXAMPLES
              homeport run web npm run dev
              homeport run api -- sh -c 'exec ./server --listen "127.0.0.1:$PORT"'     a shell, for $PORT
              homeport run --offline api ./server        which cannot touch anything live
              homeport run --tcp db -- ./database        reached by its port, or homeport connect db

            EXIT CODES
              its own; 126 and 127 where it cannot be started, as shells have it
              2  the words were wrong
              3  the port is taken, or something else of the world is in the way
            """
    )

    @Option(help: "The door's port. (default: 62893)")
    var port: UInt16?

    @OptionGroup var record: RecordOption

    @Option(help: ArgumentHelp("A port that the program must have (default: a lease).", valueName: "port"))
    var programPort: UInt16?

    @Flag(help: "It does not speak HTTP.")
    var tcp = false

    @Flag(name: .customLong("listen-fds"), help: "Hand it sockets that listen already (LISTEN_FDS).")
    var listenFDs = false

    @Flag(help: "It sees the loopback and the door, and nothing else of any network (Linux).")
    var offline = false

    @Flag(help: "Answer on the bare address, too, if nobody else does.")
    var `default` = false

    @Option(help: "How requests are shown, on standard error: text, json or off. (default: off)")
    var log: ServingOptions.LogForm?

    @Argument(help: "What it is called.")
    var name: String

    @Argument(parsing: .captureForPassthrough, help: "The program, and its words.")
    var command: [String] = []

    func validate() throws {
        try PassedWords.check(command, in: RunCommand.self, "homeport run NAME -- npm start")
        if offline, listenFDs {
            throw ValidationError(
                "--listen-fds hands it sockets of this machine's network, which --offline keeps it out of."
            )
        }
    }

    private var words: [String] { PassedWords(command).words }

    func run() async throws {
        let name = try ServiceName(parsing: name)
        let here = PlanFile.currentDirectory
        var program = ProgramPlan(.words(words))
        program.directory = here
        program.restart = .never
        program.transport = tcp ? .tcp : .http
        program.isHandedSockets = listenFDs
        program.isOffline = offline
        program.port = try programPort.flatMap { Port($0) } ?? Self.wishedPort()
        let copy = Leases.here
        var plan = Plan(
            name: ServiceName(madeFrom: copy.split(separator: "/").last.map(String.init) ?? "root"),
            directory: copy
        )
        plan.services = [ServicePlan(name: name, kind: .program(program), isDefault: self.default)]
        var options = ProjectOptions(place: .loopbacks(Port(port ?? Port.homeport.number)), threads: 1) {
            Terminal.errors.warn($0)
        }
        let state = StateDirectory()
        try state.prepare()
        options.leases = LeaseFile(in: state.path, onWarning: options.onWarning)
        (options.neighbourhood, options.key) = (state.runPath, state.key(of: plan))
        let errors = LineWriter(descriptor: 2)
        options.observer = (log ?? .off).accessLog(to: errors, on: .errors)
        let output = LineWriter(descriptor: 1)
        options.recorder = try record.recorder(onTrouble: options.onWarning)
        options.needsNames = true
        options.main = name
        options.isAtTerminal = Terminal.isOurs
        options.output.line = { output.write($1) }
        options.output.hasRoom = { output.hasRoom }
        options.onListening = { status in
            guard let service = status.services.first else { return }
            let place = tcp ? "127.0.0.1:\(service.port ?? 0)" : service.url
            Terminal.errors.write("homeport: \(name) is at \(Terminal.errors.styled(place, .green))\n")
        }
        let outcome = Outcome()
        _ = try await ProjectHost.run(
            Project(plan, options: options),
            state: state,
            grace: .seconds(2),
            until: { project in await outcome.note { await project.over(name) } },
            onReady: { _ in },
            onStopping: {}
        )
        output.finish()
        errors.finish()
        throw ExitCode(try outcome.exitCode())
    }

    /// Somebody who has set it means it.
    private static func wishedPort() throws -> Port? {
        guard let text = StateDirectory.variable("PORT"), !text.isEmpty else { return nil }
        do throws(HomeportError) { return try Port(parsing: text) } catch {
            throw HomeportError(
                .badValue,
                "PORT is set to \"\(text)\", which is no port",
                fix: "unset PORT, or mend it"
            )
        }
    }
}
