import ArgumentParser
import HomeportControl
import HomeportCore
import HomeportRuntime

struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Run this folder's project, or apply its changed plan.",
        discussion: """
            Reads homeport.yaml from this folder or the nearest one above, and makes it true: every service answers at \
            NAME.localhost:62893, and the one marked default at 127.0.0.1:62893 and [::1]:62893 as well.

            If the project runs already, the plan is applied to it: whole, or not at all, and only what differs changes. \
            --port, --threads, --host, --log, --record and --decisions are of the start, and stay as they are until homeport \
            down; --record is refused then, since nothing would be recorded.

            EXAMPLES
              homeport up                     in the foreground, until Ctrl-C
              homeport up --detach            in the background; returns when it answers
              homeport up --dry-run           what would change
              homeport up --port 8080         on another port, from the start
              homeport up --record run1       and keep what passes, for homeport tap open run1
              homeport up -f other.yaml

            EXIT CODES
              0  done
              1  with --detach: it runs, and a program of it is not ready
              2  the plan is wrong; nothing was started or changed
              3  the port is taken, or something else of the world is in the way
            """
    )

    @Option(name: .shortAndLong, help: "The plan (default: homeport.yaml here or above).")
    var file: String?

    @Flag(help: "Run in the background.")
    var detach = false

    @Flag(help: "Say what would change, and change nothing.")
    var dryRun = false

    @OptionGroup var serving: ServingOptions
    @OptionGroup var decisions: DecisionOptions

    func run() async throws {
        let path = try PlanFile.locate(file)
        let plan = try PlanFile.load(path)
        // Who runs in the background was started by a process that has the turn.
        let turn = dryRun || serving.logFile != nil ? nil : try await StartTurn.take(path)
        let running = await RunningProjects.find(in: StateDirectory())
        for error in running.silent { Terminal.errors.warn("\(error)") }
        if let (client, status) = running.all.first(where: { $0.status.plan == plan.file }) {
            turn?.end()
            return try await change(client, status, path)
        }
        if dryRun { return ChangeReport(PlanChange(starting: plan), .wouldStart).write(to: .output) }
        if detach {
            defer { turn?.end() }
            return try await startDetached(plan, path)
        }
        let writer = serving.writer
        var options = try serving.options(place: try serving.place(bind: nil), writer: writer)
        let decided = try decisions.writer()
        options.decisions = decided?.log
        defer { decided?.lines.finish() }
        let next = ["Edit \(path), then homeport up in another terminal applies it. Ctrl-C stops it."]
        try await Serving.run(plan, options: options, serving: serving, writer: writer, next: next, turn: turn)
    }

    private func change(_ client: ControlClient, _ status: ProjectStatus, _ path: String) async throws {
        try refuseOtherPort(than: status)
        if let folder = serving.record.record {
            throw HomeportError(
                .badValue,
                "\(status.project) runs already: what passes is recorded from the start, or not",
                where: "--record \(folder)",
                fix: "homeport down, then this once more"
            )
        }
        if serving.loops.threads != nil || serving.log != nil || !serving.host.isEmpty || decisions.decisions != nil {
            Terminal.errors.warn("--threads, --host, --log and --decisions stay as they are until homeport down")
        }
        let folder = PlanFile.folder(of: path)
        let wish = PlanWish(text: try PlanFile.read(path), file: path, directory: folder, dryRun: dryRun)
        let change = try await client.change(wish)
        ChangeReport(change, dryRun ? .wouldChange : .changed).write(to: .output)
        if !dryRun, let now = try await client.status() { StartReport(now, next: []).write(to: .output) }
    }

    private func refuseOtherPort(than status: ProjectStatus) throws {
        let ports = status.addresses.compactMap { try? Endpoint(parsing: $0).port?.number }
        guard let port = serving.port, port != 0, let now = ports.first, !ports.contains(port) else { return }
        throw HomeportError(
            .badValue,
            "the port of a running project cannot change: \(status.project) runs on \(now)",
            fix: "homeport down, then homeport up --port \(port)"
        )
    }

    private func startDetached(_ plan: Plan, _ path: String) async throws {
        let state = StateDirectory()
        try state.prepare()
        let log = state.log(of: plan)
        var arguments = ["up", "--file", path, "--log", serving.form.rawValue, "--log-file", log]
        if let port = serving.port { arguments += ["--port", "\(port)"] }
        if let threads = serving.loops.threads { arguments += ["--threads", "\(threads)"] }
        for host in serving.host { arguments += ["--host", host] }
        if let folder = serving.record.folder { arguments += ["--record", folder] }
        if let file = decisions.decisions { arguments += ["--decisions", file] }
        let process = try DetachedProcess.start(arguments, log: log)
        let client = ControlClient(socket: state.socket(of: plan))
        let deadline = ContinuousClock.now + Self.patience
        while ContinuousClock.now < deadline {
            if let status = try? await client.status(), status.pid == process.pid, status.settled != false {
                let next = [
                    "It runs in the background as pid \(status.pid); homeport down stops it.", "Its log is \(log)",
                ]
                StartReport(status, next: next).write(to: .output)
                let unready = status.services.filter { $0.ready == false }.map(\.name)
                guard !unready.isEmpty else { return }
                Terminal.errors.warn("not ready: \(unready.joined(separator: ", ")); homeport logs NAME tells more")
                throw ExitCode(1)
            }
            if let code = process.exitCode() {
                Terminal.errors.write(process.lastWords)
                throw ExitCode(code == 0 ? 3 : code)
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw HomeportError(
            HomeportError.Code("detach.silent", .world),
            "the project was started as pid \(process.pid), and does not answer after \(Self.patience.components.seconds) s",
            where: log,
            fix: "read its log; homeport status tells when it answers, kill \(process.pid) ends it"
        )
    }

    /// How long a project in the background may take until it answers: large folders that are watched take a while.
    private static let patience = Duration.seconds(60)
}
