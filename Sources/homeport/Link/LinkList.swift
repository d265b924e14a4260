import ArgumentParser
import HomeportControl
import HomeportLink

struct LinkListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Every link of yours that runs, and what it does.",
        discussion: """
            ADDED is how long what a link held back was held back on average since it began, both directions together.

            EXAMPLES
              homeport link list
              homeport link list --json

            JSON: {"links": [{project, name, group, transport, addresses, target, connect, cut, cut_for, set_for, edited, \
            seed, open, opened, failed, last_failure, overflowed, up, down}]}; up and down are {conditions, bytes, effects: \
            [{condition, kind, gone, hits, milliseconds, discarded_bytes}]}
            """
    )

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let running = try await RunningLinks.find().all
        if json { return try Terminal.output.write(json: ["links": running.map(LinkJSON.init)]) }
        if running.isEmpty { return Terminal.output.write("no link runs; homeport link open starts one\n") }
        LinkReport.table(running.map { ($0.project, $0.status) }).write(to: .output)
    }
}

/// A link's status with the project it belongs to.
struct LinkJSON: Encodable {
    let one: RunningLinks.One

    init(_ one: RunningLinks.One) { self.one = one }

    func encode(to encoder: any Encoder) throws {
        try one.status.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(one.project, forKey: .project)
    }

    private enum Key: String, CodingKey {
        case project
    }
}
