import ArgumentParser
import HomeportControl
import HomeportCore
import HomeportNet
import HomeportRuntime

struct ConnectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connect",
        abstract: "Standard input and output joined to a service, by name.",
        discussion: """
            Finds the service in this folder's project, else in any project of yours that runs; an address of the loopback, \
            such as a variable API_URL has it, will do as well. The end of standard input is passed on; the command ends when \
            the service has ended its side.

            EXAMPLES
              printf 'PING\\r\\n' | homeport connect cache
              psql "host=127.0.0.1 port=$(homeport connect db --print-port)"
              ssh -o ProxyCommand='homeport connect sshd' box

            EXIT CODES
              0  the connection has ended
              2  there is no such service
              3  nobody answers there
            """
    )

    @Argument(help: "A service's name, or an address of the loopback.")
    var name: String

    @Flag(help: "Only print the port at which it is reached on the loopback.")
    var printPort = false

    @Option(name: .shortAndLong, help: "The project's plan (default: homeport.yaml here or above).")
    var file: String?

    func run() async throws {
        let endpoint = try await endpoint()
        if printPort {
            guard let port = endpoint.port else {
                throw HomeportError(
                    .badValue,
                    "\(name) is at \(endpoint), which is no port",
                    fix: "leave out --print-port"
                )
            }
            return Terminal.output.write("\(port.number)\n")
        }
        let connection: Descriptor
        do throws(SystemFailure) { connection = try BlockingConnection.open(endpoint.place) } catch {
            throw HomeportError(
                HomeportError.Code("service.unreachable", .world),
                "\(name) does not answer at \(endpoint)",
                fix: "homeport status tells what it does",
                errno: error.errno
            )
        }
        StandardPipe.join(connection)
    }

    private func endpoint() async throws -> Endpoint {
        // What has a colon, or is all digits, is an address.
        if name.contains(where: { $0 == ":" || $0 == "/" }) || name.allSatisfy(\.isNumber) {
            let text = name.hasSuffix("/") ? String(name.dropLast()) : name
            let endpoint = try Endpoint(parsing: text)
            guard endpoint.isLoopback else {
                throw HomeportError(.badValue, "\(endpoint) is beyond this machine", fix: "name a service, or a port")
            }
            return endpoint
        }
        let running = await RunningProjects.find(in: StateDirectory())
        let service = try find(among: running.all)
        guard let text = service.address, let endpoint = try? Endpoint(parsing: text) else {
            throw HomeportError(
                HomeportError.Code("service.nowhere", .world),
                "\(name) has no address of its own at the moment" + (service.state.map { " (\($0))" } ?? ""),
                fix: "it answers at \(service.url)"
            )
        }
        return endpoint
    }

    private func find(among running: [RunningProjects.One]) throws -> ProjectStatus.Service {
        let own = try? ProjectChoice.project(file, among: running)
        if file != nil, own == nil { _ = try ProjectChoice.project(file, among: running) }
        let statuses = (own ?? []).map(\.status) + (file == nil ? running.map(\.status) : [])
        for status in statuses { if let found = status.services.first(where: { $0.name == name }) { return found } }
        let names = statuses.flatMap(\.services).map(\.name)
        let near = Spelling.nearest(to: name, among: names)
        let known = Array(Set(names)).sorted().joined(separator: ", ")
        throw HomeportError(
            .badValue,
            "no running project has a service \(name)",
            fix: near.map { "did you mean \($0)?" }
                ?? (names.isEmpty ? "start one with homeport up" : "there are \(known)")
        )
    }
}
