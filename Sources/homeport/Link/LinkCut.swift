import ArgumentParser
import HomeportControl

struct LinkCutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cut",
        abstract: "Let nothing through, either way, until healed.",
        discussion: """
            As if a cable was pulled: connections stay open and hear nothing. Nothing is lost: what waits goes on after heal.

            EXAMPLES
              homeport link cut slow-db
              homeport link cut slow-db --for 10s
              homeport link cut --group uplink
            """
    )

    @OptionGroup var choice: LinkChoice

    @Option(name: .customLong("for"), parsing: .unconditional, help: "Heal after this time. As in 10s.")
    var time: String?

    func run() async throws { try await LinkChanging.run(.cut, choice, for: time) }
}
