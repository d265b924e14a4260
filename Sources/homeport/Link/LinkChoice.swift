import ArgumentParser
import HomeportControl
import HomeportCore
import HomeportLink
import HomeportRuntime

/// Which running links a command means, wherever they run.
struct LinkChoice: ParsableArguments {
    @Argument(help: "The links' names, or the ports they listen on; PROJECT/NAME where several projects have one.")
    var names: [String] = []

    @Option(help: "All links of this group.")
    var group: String?

    @Flag(help: "Every link of yours that runs.")
    var all = false

    func validate() throws {
        let ways = (names.isEmpty ? 0 : 1) + (group == nil ? 0 : 1) + (all ? 1 : 0)
        if ways == 0 { throw ValidationError("name a link, or --group NAME, or --all; homeport link list shows them") }
        if ways > 1 { throw ValidationError("names, --group and --all exclude each other") }
    }

    /// - Returns: Each process with those of its links that are meant.
    func find() async throws -> [(client: ControlClient, links: [String])] {
        let running = try await RunningLinks.find()
        if all { return try running.grouped { _ in true } }
        if let group {
            return try running.grouped(orElse: running.missing("no link of a group \(group) runs")) {
                $0.status.group == group
            }
        }
        var found: [RunningLinks.One] = []
        for name in names { found.append(try running.one(name)) }
        return RunningLinks(all: found).byProcess
    }
}
