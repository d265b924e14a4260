import HomeportControl
import HomeportDoor
import HomeportRuntime
import NIOCore

/// Runs a project in the foreground and reports on it: what `serve` and `up` share.
enum Serving {
    /// How long running answers may take once the process is told to stop.
    private static let grace = TimeAmount.seconds(10)

    /// - Parameter turn: Ended as soon as the project answers.
    static func run(
        _ plan: Plan,
        options: ProjectOptions,
        serving: ServingOptions,
        writer: LineWriter,
        next: [String],
        turn: StartTurn? = nil
    ) async throws {
        let state = StateDirectory()
        try state.prepare()
        var options = options
        // A plan's ports are the same tomorrow.
        if options.leases == nil, plan.file != nil {
            options.leases = LeaseFile(in: state.path, onWarning: options.onWarning)
        }
        if plan.file != nil { (options.neighbourhood, options.key) = (state.runPath, state.key(of: plan)) }
        let project = Project(plan, options: options)
        let terminal = serving.reportTerminal
        let cut = try await ProjectHost.run(
            project,
            state: state,
            grace: grace,
            onReady: { status in
                turn?.end()
                StartReport(status, next: next).write(to: terminal)
            },
            onStopping: { terminal.write(terminal.styled("stopping (once more to stop at once)", .dim) + "\n") }
        )
        writer.finish()
        if cut > 0 {
            terminal.write(
                "\(cut) connections were cut off: they did not end in \(grace.nanoseconds / 1_000_000_000) s\n"
            )
        }
    }
}
