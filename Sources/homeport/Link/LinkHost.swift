import HomeportControl
import HomeportCore
import HomeportLink
import HomeportRuntime
import NIOCore

/// Runs one link in this process until it is ended: what link open and link replay share.
struct LinkHost {
    /// Whether the name was chosen, so that another one will not do.
    let isNamed: Bool
    let threads: Int
    let json: Bool
    let decisions: DecisionOptions.Writer?

    func run(_ plan: LinkPlan) async throws {
        var link = plan
        // Of two that start at once, the second one sees the first.
        let state = StateDirectory()
        try state.prepare()
        let turn = try await StartTurn.take(state.path)
        let names = try await RunningLinks.find().all.map(\.status.name)
        if !isNamed {
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
        let board = LinkBoard(isLive: !json && Terminal.output.isInteractive)
        var options = ProjectOptions(place: nil, threads: threads) { board.say($0) }
        options.decisions = decisions?.log
        defer { decisions?.lines.finish() }
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
