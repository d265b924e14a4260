import ArgumentParser
import HomeportControl
import HomeportCore
import HomeportNet
import HomeportRuntime
import HomeportTap
import NIOCore

struct TapWatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Show exchanges as they happen (this is what plain \"homeport tap\" does).",
        discussion: """
            Shows an exchange when it has ended, and one that lasts when it has lasted for a tenth of a second, too: with --json it is \
            told twice then, first with "live": true.

            EXAMPLES
              homeport tap                            everything that runs
              homeport tap --filter 'is:failed'       what went wrong
              homeport tap 3000 --port 3001           an inspector on 3001, in front of 3000
              homeport tap --json | jq .took          one object a line

            EXIT CODES
              0  stopped by Ctrl-C, or what was watched has ended
              2  the words were wrong
              3  nothing runs, or something else of the world is in the way
            """
    )

    @Argument(help: "A port, an address or http://…: to put an inspector in front of it.")
    var target: String?

    @OptionGroup var filter: TapFilterOption

    @Flag(help: "Print JSON, one object a line.")
    var json = false

    @Option(name: .shortAndLong, help: "Only the project of this plan.")
    var file: String?

    @Option(name: [.customShort("n"), .long], help: "How many of the last exchanges are shown first.")
    var last = 10

    @Option(help: "With a target: the port of both loopbacks to listen on. (default: a free one)")
    var port: UInt16?

    @Flag(help: "With a target: let it be beyond this machine.")
    var remote = false

    @OptionGroup var loops: LoopOptions
    @OptionGroup var record: RecordOption

    func validate() throws {
        if !(0...TapQuery.mostRows).contains(last) { throw ValidationError("-n takes 0 to \(TapQuery.mostRows).") }
        if target == nil, record.record != nil {
            throw ValidationError("--record is for a target; homeport up --record keeps what passes through a project.")
        }
        if target == nil, port != nil || remote { throw ValidationError("--port and --remote are for a target.") }
        if target != nil, file != nil { throw ValidationError("A target is no project's: leave -f out.") }
    }

    func run() async throws {
        try filter.check()
        if let target { return try await inspect(target) }
        let found = await RunningProjects.find(in: StateDirectory())
        for error in found.silent { Terminal.errors.warn("\(error)") }
        let meant = try file.map { try ProjectChoice.project($0, among: found.all) } ?? found.all
        guard !meant.isEmpty else {
            throw HomeportError(
                HomeportError.Code("project.stopped", .world),
                "nothing runs that could be watched",
                fix: "start a project with homeport up, or name a target: homeport tap 3000"
            )
        }
        await withTaskGroup { group in
            for one in meant {
                let lines = TapLines(json: json, project: meant.count > 1 ? one.status.project : nil)
                group.addTask { [filter, last] in
                    if await Self.follow(one.client, filter.text, last, lines) {
                        Terminal.errors.write("\(one.status.project) has ended\n")
                    }
                }
            }
        }
    }

    /// Until the project ends.
    /// - Returns: Whether it has.
    private static func follow(_ client: ControlClient, _ filter: String, _ last: Int, _ lines: TapLines) async -> Bool
    {
        do {
            var next = try await client.tapNews(filter, after: nil, wait: 0).next
            if last > 0 {
                let page = try await client.tap(filter, order: .newest, from: nil, limit: last)
                for row in page.rows.reversed() { lines.write(row) }
            }
            while !Task.isCancelled {
                let news = try await client.tapNews(filter, after: next, wait: 30)
                next = news.next
                if news.missed > 0 {
                    Terminal.errors.warn("\(news.missed) changes came faster than they could be shown")
                }
                for row in news.rows { lines.write(row) }
            }
        } catch {
            if (error as? HomeportError)?.code == .controlGone { return true }
            Terminal.errors.warn("\(error)")
        }
        return false
    }

    // MARK: With a target

    private func inspect(_ target: String) async throws {
        let upstream = try Self.upstream(target, remote: remote)
        guard upstream.speaksHTTP else {
            throw HomeportError(
                .badValue,
                "\(upstream.to) does not speak HTTP",
                fix: "write a port, an address or http://…"
            )
        }
        let state = StateDirectory()
        try state.prepare()
        let port = upstream.to.port.map { "\($0)" } ?? "socket"
        var plan = Plan(name: ServiceName(madeFrom: "tap-\(port)"), directory: PlanFile.currentDirectory)
        let service = ServicePlan(
            name: ServiceName(madeFrom: "port-\(port)"),
            kind: .upstream(upstream),
            isDefault: true
        )
        plan.services = [service]
        var options = ProjectOptions(place: .loopbacks(self.port.flatMap { Port($0) }), threads: loops.count) {
            Terminal.errors.warn($0)
        }
        options.isAlone = true
        options.recorder = try record.recorder(onTrouble: options.onWarning)
        let project = Project(plan, options: options)
        let name = plan.name.text
        let isAnswered = Self.isAnswered(upstream)
        let (json, text) = (json, filter.text)
        let report = json ? Terminal.errors : Terminal.output
        _ = try await ProjectHost.run(
            project,
            state: state,
            grace: .seconds(2),
            until: { project in await Self.follow(project.tap.store, text, TapLines(json: json, project: nil)) },
            onReady: { status in
                let address = status.addresses.first ?? ""
                report.write(
                    report.styled(address, .bold) + " → \(upstream.to)\n"
                        + report.styled("homeport tap show ID -f \(name) looks into one; Ctrl-C ends it", .dim) + "\n"
                )
                if !isAnswered {
                    Terminal.errors.warn(
                        "nothing listens on \(upstream.to) yet: until then, requests are answered with 502"
                    )
                }
            },
            onStopping: {}
        )
    }

    /// - Throws: ``HomeportError``, which says what else may have been meant.
    private static func upstream(_ target: String, remote: Bool) throws -> UpstreamPlan {
        do { return try UpstreamPlan(parsing: target, remote: remote) } catch {
            let known = TapCommand.configuration.subcommands.compactMap { $0.configuration.commandName }
            guard (try? ServiceName(parsing: target)) != nil else { throw error }
            let near = Spelling.nearest(to: target, among: known).map { "did you mean homeport tap \($0)?" }
            throw HomeportError(
                .badValue,
                "\(target) is neither a command of homeport tap nor an address to put an inspector in front of",
                fix: (near ?? "write a port, an address or http://…")
                    + " What goes to a service: homeport tap --filter service=\(target)"
            )
        }
    }

    /// True where that cannot be told.
    private static func isAnswered(_ upstream: UpstreamPlan) -> Bool {
        guard upstream.to.isLoopback, let port = upstream.to.port, let all = try? ListenerTable.listeners() else {
            return true
        }
        return all.contains { $0.local.port == port.number }
    }

    private static func follow(_ store: TapStore, _ text: String, _ lines: TapLines) async {
        guard let filter = try? TapFilter(parsing: text) else { return }
        var next: UInt64 = 0
        while !Task.isCancelled {
            let seen = store.changes.number
            let news = store.news(after: next, limit: TapQuery.mostRows)
            for row in news.rows where filter.matches(row, in: store) { lines.write(TapRowMessage(row)) }
            if news.next == next { await store.changes.wait(after: seen, within: .seconds(60)) }
            next = news.next
        }
    }
}
