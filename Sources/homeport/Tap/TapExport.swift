import ArgumentParser
import HomeportControl
import HomeportCore
import HomeportTap

struct TapExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Hand exchanges to other tools.",
        discussion: """
            Authorization, Cookie and Set-Cookie are left out of what is exported, unless --secrets is said.

            EXAMPLES
              homeport tap export --curl 12           a line that asks the same once more

            EXIT CODES
              0  done
              2  there is no such exchange, or no more
              3  the project does not run
            """
    )

    @Option(help: ArgumentHelp("The exchange of this number as a curl line.", valueName: "id"))
    var curl: UInt64

    @Flag(help: "Export passwords and cookies, too.")
    var secrets = false

    @OptionGroup var choice: TapChoice

    func run() async throws {
        let client = try await choice.one()
        Terminal.output.write(try await client.tapExport("curl", of: curl, secrets: secrets))
    }
}
