import ArgumentParser
import HomeportControl

struct LinkRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Close a link and what goes through it.",
        discussion: """
            A link that homeport link open runs ends with its process. One of a plan comes back when the plan is next applied.

            EXAMPLES
              homeport link remove link-5432
            """
    )

    @OptionGroup var choice: LinkChoice

    func run() async throws { try await LinkChanging.run(.remove, choice) }
}
