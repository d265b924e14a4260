import ArgumentParser
import HomeportControl
import HomeportCore
import HomeportLink
import HomeportNet
import HomeportRuntime
import NIOCore

struct LinkOpenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open",
        abstract: "Run a link to a target, now.",
        discussion: """
            Listens on a free port of both loopbacks, or where --listen says, and prints the address to connect to. On a \
            terminal it shows what passes; homeport link set changes it from another one. Ctrl-C ends it.

            The target is a port (5432), an address (127.0.0.1:5432, [::1]:5432), udp://127.0.0.1:53 or unix:/run/db.sock. \
            Words act on the way down, to the client, unless --direction says otherwise; --rtt is half each way. Loss on TCP \
            is modelled, as the stall of a retransmission; on UDP it is real.

            EXAMPLES
              homeport link open 5432 --latency 80ms --jitter 20ms
              homeport link open 3000 --listen 3001 --preset chrome:slow-4g
              homeport link open udp://127.0.0.1:53 --listen 5353 --loss 5%
              homeport link open 5432 --rtt 100ms --rate 10mbit --name db
              homeport link open 3000 --http '{ path: /pay, every: 3, status: 503 }'

            EXIT CODES
              0  ended by Ctrl-C, homeport link remove or homeport down --all
              2  the words were wrong
              3  the port is taken, or something else of the world is in the way
            """
    )

    @Argument(help: "Where the link leads.")
    var target: String

    @Option(help: "Cut and healed together with all links of this group.")
    var group: String?

    @Option(help: "UDP only: how long a flow lives without a datagram. (default: 60s)")
    var idle: String?

    @Option(help: "How long the connection to the target may take. (default: 10s)")
    var connectTimeout: String?

    @Option(help: "What chance begins with: equal seeds draw alike. (default: from the name)")
    var seed: String?

    @OptionGroup var faults: HTTPFaultOptions
    @OptionGroup var host: LinkHost
    @OptionGroup(title: "Conditions") var conditions: ConditionOptions

    func run() async throws {
        try await host.run(plan())
    }

    private func plan() throws -> LinkPlan {
        let to: LinkPlan.Target
        do { to = try LinkPlan.target(target) } catch var error {
            error.subject = "the target"
            throw error
        }
        guard case .endpoint(let endpoint) = to else {
            throw HomeportError(
                .badValue,
                "\"\(target)\" is neither a port nor an address",
                fix: "write 5432, 127.0.0.1:5432, udp://127.0.0.1:53 or unix:/path; services are linked in a plan"
            )
        }
        let own = host.name ?? "link-\(endpoint.port.map { "\($0)" } ?? "unix")"
        var plan = LinkPlan(name: try ServiceName(parsing: own).text, to: to)
        plan.remote = host.remote
        let words = [
            ("listen", host.listen), ("group", group), ("idle", idle), ("connect_timeout", connectTimeout),
            ("seed", seed),
        ]
        try ConditionOptions.read(
            words.compactMap { name, text in text.map { (name, $0) } },
            by: LinkPlan.section,
            into: &plan
        )
        plan.edit = try conditions.edit()
        plan.edit.http = try faults.read()
        try plan.checkPlaces()
        _ = try plan.settings()
        return plan
    }
}
