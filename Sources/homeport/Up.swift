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

            If the project runs already, the plan is applied to it: whole, or not at all, and only what differs changes.

            EXAMPLES
              homeport up                     in the foreground, until Ctrl-C
              homeport up --detach            in the background; returns when it answers
              homeport up --dry-run           what would change
              homeport up -f other.yaml

            EXIT CODES
              0  done
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

    func run() async throws {
        let path = try file ?? PlanFile.find(from: PlanFile.currentDirectory)
        let plan = try PlanFile.load(path)
        let running = await RunningProjects.all(in: StateDirectory()).first { $0.status.plan == plan.file }
        if let running { return try await change(running.client, running.status, plan, path) }
        if dryRun { return ChangeReport(PlanChange(starting: plan), isDry: true).write(to: .output) }
        if detach { return try await startDetached(plan, path) }
        let writer = LineWriter(descriptor: 1, file: serving.logFile)
        let options = serving.options(place: try serving.place(bind: nil), writer: writer)
        let next = ["Edit \(path), then homeport up in another terminal applies it. Ctrl-C stops it."]
        try await Serving.run(plan, options: options, serving: serving, writer: writer, next: next)
    }

    private func change(_ client: ControlClient, _ status: ProjectStatus, _ plan: Plan, _ path: String) async throws {
        let wish = PlanWish(text: try PlanFile.read(path), file: path, directory: plan.directory, dryRun: dryRun)
        let change = try await client.change(wish)
        ChangeReport(change, isDry: dryRun).write(to: .output)
        if !dryRun, let now = await client.status() { StartReport(now, next: []).write(to: .output) }
    }

    private func startDetached(_ plan: Plan, _ path: String) async throws {
        let state = StateDirectory()
        try state.prepare()
        let log = state.log(of: plan)
        var arguments = [
            "up", "--file", path, "--port", "\(serving.port)", "--log", serving.log.rawValue, "--log-file", log,
        ]
        if let threads = serving.threads { arguments += ["--threads", "\(threads)"] }
        let process = try DetachedProcess.start(arguments, log: log)
        let client = ControlClient(socket: state.socket(of: plan))
        while true {
            if let status = await client.status(), status.pid == process.pid {
                let next = [
                    "It runs in the background as pid \(status.pid); homeport down stops it.", "Its log is \(log)",
                ]
                return StartReport(status, next: next).write(to: .output)
            }
            if let code = process.exitCode() {
                Terminal.errors.write(process.lastWords)
                throw ExitCode(code == 0 ? 3 : code)
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
