import ArgumentParser
import HomeportCore
import HomeportNet

struct PortsFreeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "free",
        abstract: "Print ports that are free on both loopbacks.",
        discussion: """
            One a line. They lie outside the range that the kernel gives to outgoing connections, by default in \
            61000-65535, so that nothing takes them by chance; not among them are reserved ports, ports that browsers \
            refuse, and 62893.

            Free now is no promise: whoever asks next may get the same answer.

            EXAMPLES
              python3 -m http.server --bind 127.0.0.1 $(homeport ports free)
              homeport ports free 3
            """
    )

    @ParentCommand var parent: PortsCommand

    @Argument(help: "How many, 1 to 1000.")
    var count = 1

    func validate() throws {
        guard (1...1000).contains(count) else { throw ValidationError("N is a number from 1 to 1000.") }
        guard !parent.exposed, !parent.udp else { throw ValidationError("--exposed and --udp are for the list.") }
    }

    func run() throws {
        let ports = try FreePorts.find(count).map(\.number)
        if parent.json {
            try Terminal.output.write(json: ["ports": ports])
        } else {
            Terminal.output.write(ports.map { "\($0)\n" }.joined())
        }
    }
}
