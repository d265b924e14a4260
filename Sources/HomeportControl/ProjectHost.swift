import HomeportCore
package import HomeportRuntime
package import NIOCore

/// Runs a project in this process: with its control API, until a signal or a request stops it.
package enum ProjectHost {
    /// - Parameters:
    ///   - toxiproxy: How Toxiproxy's API is to be, where the plan offers it.
    ///   - grace: How long what runs may take to finish when it is told to stop.
    ///   - until: What it is run for: the project is stopped when this returns.
    ///   - onReady: Called once everything listens, and programs are ready or have had their time.
    /// - Returns: How many connections had to be cut off at the end.
    /// - Throws: ``HomeportError`` when it cannot start; nothing is left running then.
    package static func run(
        _ project: Project,
        state: StateDirectory,
        toxiproxy: ToxiproxyOptions = ToxiproxyOptions(),
        grace: TimeAmount,
        until: (@Sendable (Project) async -> Void)? = nil,
        onReady: @escaping @Sendable (ProjectStatus) -> Void,
        onStopping: @escaping @Sendable () -> Void
    ) async throws -> Int {
        let (stops, stop) = AsyncStream.makeStream(of: Void.self)
        let signals = StopSignals { stop.yield() }
        defer { withExtendedLifetime(signals) {} }
        try state.prepare()
        let plan = await project.plan
        let socket = state.socket(of: plan)
        let byTCP = ControlResponder(project, token: try state.token(), onStop: { stop.yield() })
        let bySocket = ControlResponder(project, token: nil, onStop: { stop.yield() })
        let api = ToxiproxyResponder(project, toxiproxy)
        try await project.start(control: byTCP, socket: (socket, bySocket), toxiproxy: api)
        if let config = toxiproxy.config { await api.populate(config) }
        // Unstructured, both: a signal must end the wait for what may never come, and the process ends with it.
        let settling = Task {
            await project.settled()
            if !Task.isCancelled { onReady(await project.status) }
        }
        if let until {
            Task {
                await until(project)
                stop.yield()
            }
        }
        for await _ in stops { break }
        settling.cancel()
        onStopping()
        return await project.stop(within: grace)
    }
}
