import ArgumentParser
import HomeportControl
import HomeportCore
import HomeportRuntime

struct RestartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restart",
        abstract: "End programs of this folder's project and start them once more.",
        discussion: """
            A program gets SIGTERM, and SIGKILL when its grace is over, with all that it has started; then it is started \
            again. Requests that come meanwhile wait for it.

            EXAMPLES
              homeport restart api
              homeport restart api worker

            EXIT CODES
              0  they are ready
              1  one of them is not
              2  the project has no such program
              3  it does not run
            """
    )

    @Argument(help: "Names of services.")
    var names: [String]

    @Option(name: .shortAndLong, help: "The project's plan (default: homeport.yaml here or above).")
    var file: String?

    func run() async throws {
        let running = await RunningProjects.find(in: StateDirectory())
        let client = try ProjectChoice.one(file, among: running.all).client
        let status = try await client.restart(names)
        var isReady = true
        for service in status.services where names.contains(service.name) {
            Terminal.output.write(service.name + StartReport.state(of: service, on: .output) + "\n")
            if service.ready == false { isReady = false }
        }
        if !isReady { throw ExitCode(1) }
    }
}
