import ArgumentParser
import HomeportControl
import HomeportCore
import HomeportLink
import HomeportRuntime

/// Which running projects a command means.
struct ProjectChoice: ParsableArguments {
    @Option(name: .shortAndLong, help: "The project's plan (default: homeport.yaml here or above).")
    var file: String?

    @Flag(help: "Every project of yours that runs.")
    var all = false

    /// - Parameter onlyOne: Whether this folder may mean no more than one.
    /// - Throws: ``HomeportError`` when the project that is meant does not run.
    func running(onlyOne: Bool = false) async throws -> [RunningProjects.One] {
        let found = await RunningProjects.find(in: StateDirectory())
        for error in found.silent { Terminal.errors.warn("\(error)") }
        if all { return found.all }
        return onlyOne ? [try Self.one(file, among: found.all)] : try Self.project(file, among: found.all)
    }

    /// - Throws: ``HomeportError`` where several are meant, too.
    static func one(_ file: String?, among running: [RunningProjects.One]) throws -> RunningProjects.One {
        let meant = try project(file, among: running)
        guard meant.count == 1, let one = meant.first else {
            let each = meant.map(\.status).map { status in
                let link = status.links.first
                let what = status.services.first?.summary ?? link.map { "link to \($0.target)" } ?? status.project
                return "\(what) at \(status.addresses.first ?? link?.addresses.first ?? "")"
            }
            let pids = meant.map { "kill \($0.status.pid)" }.joined(separator: ", or ")
            throw HomeportError(
                HomeportError.Code("project.several", .words),
                "several were started here: \(each.joined(separator: ", "))",
                fix: "\(pids); --all means all of yours"
            )
        }
        return one
    }

    /// - Parameter file: The plan that was named; nil means the one of this folder.
    static func project(_ file: String?, among running: [RunningProjects.One]) throws -> [RunningProjects.One] {
        // One that has no plan can only be named: an inspector, an opened recording.
        if let file {
            let named = running.filter { $0.status.plan == nil && $0.status.project == file }
            if !named.isEmpty { return named }
        }
        let here = PlanFile.currentDirectory
        let plan = try file.map { try PlanFile.locate($0) } ?? (try? PlanFile.find(from: here))
        var meant = running.filter { $0.status.plan != nil && $0.status.plan == plan }
        // Where no plan's project runs, what was served from here may be meant, or the project of a plan that is gone.
        if meant.isEmpty, file == nil { meant = running.filter { $0.status.directory == here } }
        if meant.isEmpty { throw notRunning(in: plan ?? here, hasPlan: plan != nil, running.map(\.status)) }
        return meant
    }

    private static func notRunning(in place: String, hasPlan: Bool, _ others: [ProjectStatus]) -> HomeportError {
        let start =
            hasPlan
            ? "start it with homeport up" : "there is no homeport.yaml here; serve the folder with homeport serve"
        let names = others.map(\.project).joined(separator: ", ")
        return HomeportError(
            HomeportError.Code("project.stopped", .world),
            hasPlan ? "this project does not run" : "nothing runs for this folder",
            where: place,
            fix: others.isEmpty ? start : "\(start); --all finds \(names)"
        )
    }
}
