import ArgumentParser
import HomeportControl
import HomeportCore
import HomeportRuntime

struct OpenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open",
        abstract: "Open this folder's project, or one of its services, in the browser.",
        discussion: """
            EXAMPLES
              homeport open                   the project's address
              homeport open api               http://api.localhost:62893
              homeport open api --print       only print it

            EXIT CODES
              0  done
              2  the project has no such service
              3  it does not run, or no browser can be opened from here
            """
    )

    @Argument(help: "A service's name.")
    var name: String?

    @Option(name: .shortAndLong, help: "The project's plan (default: homeport.yaml here or above).")
    var file: String?

    @Flag(help: "Print the address instead of opening it.")
    var print = false

    func run() async throws {
        let running = await RunningProjects.find(in: StateDirectory())
        let status = try ProjectChoice.one(file, among: running.all).status
        let address = try address(in: status)
        if print { return Terminal.output.write(address + "\n") }
        try Browser.open(address)
    }

    private func address(in status: ProjectStatus) throws -> String {
        guard let name else {
            let fallback = status.services.first(where: \.isDefault) ?? status.services.first
            // The bare address may be another project's.
            return status.bare == nil ? status.addresses.first ?? "" : fallback?.url ?? ""
        }
        if let service = status.services.first(where: { $0.name == name }) { return service.url }
        let names = status.services.map(\.name)
        let near = Spelling.nearest(to: name, among: names)
        throw HomeportError(
            .badValue,
            "\(status.project) has no service \(name)",
            fix: near.map { "did you mean \($0)?" } ?? "it has \(names.joined(separator: ", "))"
        )
    }
}
