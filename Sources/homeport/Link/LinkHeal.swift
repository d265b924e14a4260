import ArgumentParser
import HomeportControl

struct LinkHealCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "heal",
        abstract: "End a cut.",
        discussion: """
            Conditions stay as they are: homeport link set NAME --clear ends those.

            EXAMPLES
              homeport link heal slow-db
              homeport link heal --all
            """
    )

    @OptionGroup var choice: LinkChoice

    func run() async throws { try await LinkChanging.run(.heal, choice) }
}
