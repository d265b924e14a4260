import ArgumentParser
import HomeportControl
import HomeportCore
import HomeportRuntime

/// Which running projects a command means.
struct ProjectChoice: ParsableArguments {
    @Option(name: .shortAndLong, help: "The project's plan (default: homeport.yaml here or above).")
    var file: String?

    @Flag(help: "Every project of yours that runs.")
    var all = false

    /// - Throws: ``HomeportError`` when the project that is meant does not run.
    func running() async throws -> [(client: ControlClient, status: ProjectStatus)] {
        let running = await RunningProjects.all(in: StateDirectory())
        if all { return running }
        let here = PlanFile.currentDirectory
        let path: String
        if let file {
            path = file
        } else if let found = try? PlanFile.find(from: here) {
            path = found
        } else {
            // Without a plan, what serves this folder may be meant.
            let served = running.filter { $0.status.plan == nil && $0.status.directory == here }
            guard served.isEmpty else { return served }
            throw Self.notRunning(in: here, running.map(\.status))
        }
        let absolute = path.hasPrefix("/") ? path : "\(here)/\(path)"
        let found = running.filter { $0.status.plan == absolute }
        guard !found.isEmpty else { throw Self.notRunning(in: path, running.map(\.status)) }
        return found
    }

    private static func notRunning(in place: String, _ others: [ProjectStatus]) -> HomeportError {
        let names = others.map(\.project).joined(separator: ", ")
        return HomeportError(
            HomeportError.Code("project.stopped", .world),
            "this project does not run",
            where: place,
            fix: others.isEmpty ? "start it with homeport up" : "start it with homeport up; with --all: \(names)"
        )
    }
}
