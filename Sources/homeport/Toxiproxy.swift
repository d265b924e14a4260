import ArgumentParser
import HomeportControl
import HomeportCore
import HomeportLink
import HomeportNet
import HomeportRuntime
import NIOCore

struct ToxiproxyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "toxiproxy",
        abstract: "Run a drop-in server for Toxiproxy's API.",
        discussion: """
            Takes the place of toxiproxy-server: the same flags, with one dash or two, the same HTTP API, the same toxics. \
            Clients and their tests need no change. What is different on purpose, and why, is in docs/toxiproxy.md.

            Proxies listen on loopback, whatever address they name, unless -host itself is not one of loopback.

            EXAMPLES
              homeport toxiproxy                        on localhost:8474
              homeport toxiproxy -port 8666 -config proxies.json
              homeport toxiproxy --seed 42 --proxy-metrics
              homeport toxiproxy -host 0.0.0.0          in a container: other machines can reach it

            EXIT CODES
              0  ended by Ctrl-C or homeport down --all
              2  the words were wrong
              3  the port is taken, or something else of the world is in the way
            """
    )

    @Option(help: "Where the API listens: localhost, an IP address, or 0.0.0.0 for all.")
    var host = "localhost"

    @Option(help: "The API's port.")
    var port = "8474"

    @Option(help: "A file of proxies to begin with: the list that /populate takes, in JSON.")
    var config: String?

    @Option(help: "What chance begins with: equal seeds draw alike. (default: from the names)")
    var seed: Int64?

    @Flag(help: "Tell /metrics what proxies do.")
    var proxyMetrics = false

    @Flag(help: "Tell /metrics what this process takes.")
    var runtimeMetrics = false

    @Flag(help: "Print the version whose API this is, and end.")
    var version = false

    @Option(help: "What /version says; clients decide by it what they may ask for.")
    var reportVersion = ToxiproxyOptions().version

    @OptionGroup var loops: LoopOptions
    @OptionGroup var decisions: DecisionOptions

    /// Options with one dash, as the server whose place this takes has them, as all others are written.
    static func withTwoDashes(_ words: [String]) -> [String] {
        guard words.first == configuration.commandName else { return words }
        return words.map { $0.count > 2 && $0.hasPrefix("-") && !$0.hasPrefix("--") ? "-" + $0 : $0 }
    }

    func run() async throws {
        if version { return Terminal.output.write("toxiproxy-server version \(reportVersion)\n") }
        guard
            reportVersion.utf8.allSatisfy({
                $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
            })
        else { throw ValidationError("--report-version takes a version, as in 2.12.0") }
        let place = try place()
        var plan = Plan(name: ServiceName(madeFrom: "toxiproxy-\(port)"), directory: PlanFile.currentDirectory)
        plan.toxiproxy = place
        var toxiproxy = ToxiproxyOptions()
        toxiproxy.version = reportVersion
        toxiproxy.seed = seed.map { UInt64(bitPattern: $0) }
        toxiproxy.proxyMetrics = proxyMetrics
        toxiproxy.runtimeMetrics = runtimeMetrics
        toxiproxy.config = try readConfig()
        let address = "\(host):\(port)"
        let writer = try decisions.writer()
        defer { writer?.lines.finish() }
        var options = ProjectOptions(place: nil, threads: loops.count) { ServerLog.write(.warn, $0) }
        options.decisions = writer?.log
        let project = Project(plan, options: options)
        ServerLog.write(.info, "Starting Toxiproxy", ("version", reportVersion))
        let state = StateDirectory()
        _ = try await ProjectHost.run(
            project,
            state: state,
            toxiproxy: toxiproxy,
            grace: .zero,
            onReady: { _ in ServerLog.write(.info, "Starting Toxiproxy HTTP server", ("address", address)) },
            onStopping: { ServerLog.write(.info, "Shutdown Toxiproxy") }
        )
    }

    private func place() throws -> ListenPlace {
        guard let number = try? Port(parsing: port) else {
            throw HomeportError(
                .badValue,
                "\"\(port)\" is no port",
                where: "--port",
                fix: "write a number from 1 to 65535"
            )
        }
        if host == "localhost" { return .loopbacks(number) }
        do {
            return .address(
                try Endpoint(parsing: host.contains(":") ? "[\(host)]:\(number)" : "\(host):\(number)").place
            )
        } catch var error {
            error.subject = "--host"
            throw error
        }
    }

    /// What is wrong with it is told, and ends nothing: so does the server whose place this takes.
    private func readConfig() throws -> ToxiproxyOptions.Config? {
        guard let config else { return nil }
        guard let text = SmallFile.text(config, limit: 1 << 20) else {
            ServerLog.write(.error, "Error reading config file", ("config", config))
            return nil
        }
        return ToxiproxyOptions.Config(text: text) { count, problem in
            if let problem {
                ServerLog.write(.error, "Failed to populate proxies from file", ("config", config), ("error", problem))
            } else {
                ServerLog.write(.info, "Populated proxies from file", ("config", config), ("proxies", "\(count)"))
            }
        }
    }
}

/// Lines of JSON, as people's tools read them from the server whose place this takes.
private enum ServerLog {
    enum Level: String {
        case info, warn, error
    }

    static func write(_ level: Level, _ message: String, _ fields: (name: String, value: String)...) {
        var line = "{\"level\":\"\(level.rawValue)\""
        for (name, value) in fields + [("time", LogTime.rfc3339()), ("message", message)] {
            line += ",\"\(name)\":"
            line.appendJSON(value)
        }
        Terminal.output.write(line + "}\n")
    }
}
