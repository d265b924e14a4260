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

    @Argument(help: "The link's name, or the port it listens on; PROJECT/NAME where several projects have one.")
    var name: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let running = try await RunningLinks.find()
        let one = try running.one(name)
        if json { return try Terminal.output.write(json: ["links": [LinkJSON(one)]]) }
        Terminal.output.write(LinkReport.details(one.status, .output))
    }
}
