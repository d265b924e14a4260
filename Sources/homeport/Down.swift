import ArgumentParser
import HomeportControl
import HomeportCore
import HomeportRuntime

struct DownCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "down",
        abstract: "Stop this folder's project.",
        discussion: """
            What is being answered may finish; the command returns when the project has stopped.

            EXAMPLES
              homeport down
              homeport down --all             everything of yours that runs

            EXIT CODES
              0  stopped, or there was nothing to stop with --all
              3  this folder's project does not run
            """
    )

    @OptionGroup var choice: ProjectChoice

    func run() async throws {
        for (client, status) in try await choice.running() {
            try await client.stop()
            while await client.status()?.pid == status.pid { try await Task.sleep(for: .milliseconds(20)) }
            Terminal.output.write("stopped \(status.project)\n")
        }
    }
}
