import ArgumentParser
import HomeportCore
import HomeportLink

struct LinkShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Everything about a link: what it does, and what each condition has done.",
        discussion: """
            EXAMPLES
              homeport link show slow-db
              homeport link show slow-db --json
            """
    )

    @Argument(help: "The link's name; PROJECT/NAME where several projects have one of that name.")
    var name: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let running = try await RunningLinks.find()
        let meant = running.all.filter { $0.status.name == name || "\($0.project)/\($0.status.name)" == name }
        if meant.isEmpty { throw running.missing("no link \(name) runs", near: name) }
        if json { return try Terminal.output.write(json: ["links": meant.map(LinkJSON.init)]) }
        for one in meant { Terminal.output.write(LinkReport.details(one.status, .output)) }
    }
}
