import HomeportControl
import HomeportCore
import HomeportLink
import HomeportRuntime

/// Every link of this user that runs.
struct RunningLinks {
    struct One {
        let client: ControlClient
        let project: String
        let status: LinkStatus

        /// Nil on a unix socket.
        var port: String? { status.addresses.first.flatMap { (try? Endpoint(parsing: $0))?.port }.map { "\($0)" } }
    }

    let all: [One]

    static func find() async throws -> RunningLinks {
        let projects = await RunningProjects.find(in: StateDirectory())
        for error in projects.silent { Terminal.errors.warn("\(error)") }
        return RunningLinks(
            all: projects.all.flatMap { project in
                project.status.links.map { One(client: project.client, project: project.status.project, status: $0) }
            }
        )
    }

    /// By its name, by its project's and its own, or by the port it listens on.
    func one(_ name: String) throws -> One {
        let meant = all.filter {
            $0.status.name == name || "\($0.project)/\($0.status.name)" == name || $0.port == name
        }
        guard let one = meant.first else { throw missing("no link \(name) runs", near: name) }
        guard meant.count == 1 else {
            throw HomeportError(
                HomeportError.Code("link.several", .words),
                "several links are called \(name)",
                fix: "name the port that is meant: \(meant.compactMap(\.port).joined(separator: " or "))"
            )
        }
        return one
    }

    var byProcess: [(client: ControlClient, links: [String])] {
        var found: [(client: ControlClient, links: [String])] = []
        for one in all {
            if let index = found.firstIndex(where: { $0.client.socket == one.client.socket }) {
                found[index].links.append(one.status.name)
            } else {
                found.append((one.client, [one.status.name]))
            }
        }
        return found
    }

    func grouped(
        orElse error: HomeportError? = nil,
        _ isMeant: (One) -> Bool
    ) throws -> [(client: ControlClient, links: [String])] {
        let meant = all.filter(isMeant)
        if meant.isEmpty { throw error ?? missing("no link runs") }
        return RunningLinks(all: meant).byProcess
    }

    func missing(_ what: String, near name: String? = nil) -> HomeportError {
        let names = all.map(\.status.name)
        let near = name.flatMap { Spelling.nearest(to: $0, among: names) }.map { "did you mean \($0)?" }
        let others = names.isEmpty ? "open one with homeport link open" : "these run: \(names.joined(separator: ", "))"
        return HomeportError(HomeportError.Code("link.missing", .world), what, fix: near ?? others)
    }
}
