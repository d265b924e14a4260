import ArgumentParser
import HomeportControl
import HomeportCore
import HomeportLink
import HomeportRuntime
import HomeportTap
import NIOCore

/// Runs one link in this process until it is ended: what link open and link replay share, their options among it.
struct LinkHost: ParsableArguments {
    @Option(help: "Where it listens: a port of both loopbacks, an address, or unix:/path. (default: a free port)")
    var listen: String?

    @Option(help: "What it is called. (default: from its target, or from the log)")
    var name: String?

    @Flag(help: "Let it lead beyond this machine.")
    var remote = false

    @Flag(help: "Once it runs, print its status as JSON, and nothing more.")
    var json = false

    @Flag(help: "Keep no record of what passes: homeport tap shows nothing of it.")
    var noTap = false

    @OptionGroup var loops: LoopOptions
    @OptionGroup var record: RecordOption
    @OptionGroup var decisions: DecisionOptions

    func run(_ plan: LinkPlan) async throws {
        var link = plan
        // Of two that start at once, the second one sees the first.
        let state = StateDirectory()
        try state.prepare()
        let turn = try await StartTurn.take(state.path)
        let names = try await RunningLinks.find().all.map(\.status.name)
        if name == nil {
            let own = link.name
            link.name = (1...).lazy.map { $0 == 1 ? own : "\(own)-\($0)" }.first { !names.contains($0) } ?? own
        } else if names.contains(link.name) {
            throw HomeportError(
                HomeportError.Code("link.taken", .words),
                "a link \(link.name) runs already",
                fix: "give this one another name with --name, or change that one with homeport link set"
            )
        }
        var plan = Plan(name: ServiceName(madeFrom: link.name), directory: PlanFile.currentDirectory)
        plan.links = [link]
        plan.tap.isOn = !noTap
        let board = LinkBoard(isLive: !json && Terminal.output.isInteractive)
        var options = ProjectOptions(place: nil, threads: loops.count) { board.say($0) }
        options.recorder = try record.recorder { board.say($0) }
        let decided = try decisions.writer()
        options.decisions = decided?.log
        defer { decided?.lines.finish() }
        let project = Project(plan, options: options)
        let json = json
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (starts, start) = AsyncStream.makeStream(of: Void.self)
            group.addTask {
                _ = try await ProjectHost.run(
                    project,
                    state: state,
                    grace: .zero,
                    onReady: { status in
                        turn.end()
                        if json {
                            try? Terminal.output.write(json: ["links": status.links])
                        } else if let link = status.links.first {
                            board.begin(link)
                        }
                        start.yield()
                    },
                    onStopping: {}
                )
            }
            group.addTask {
                for await _ in starts { break }
                await board.watch { await project.status.links }
            }
            // Whichever ends, ends the other.
            try await group.next()
            group.cancelAll()
        }
    }
}
