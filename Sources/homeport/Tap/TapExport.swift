import ArgumentParser
import HomeportControl
import HomeportCore
import HomeportRuntime
import HomeportTap

struct TapExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Hand exchanges to other tools.",
        discussion: """
            Authorization, Cookie and Set-Cookie are left out of what is exported, unless --secrets is said. FILE is replaced once \
            all is written; - is standard output.

            EXAMPLES
              homeport tap export --har all.har       an HTTP Archive of the whole record
              homeport tap export --har slow.har --filter 'took>1s'
              homeport tap export --pcapng all.pcapng     both sides as packets, for Wireshark
              homeport tap export --curl 12           a line that asks the same once more
              homeport tap export --mock 12           a piece of a plan: a link that answers the same

            EXIT CODES
              0  done
              1  nothing matches: what is written has no exchange in it
              2  there is no such exchange, or no more
              3  the project does not run, or the file cannot be written
            """
    )

    @Option(help: ArgumentHelp("The exchange of this number as a curl line.", valueName: "id"))
    var curl: ExchangeNumber?

    @Option(help: ArgumentHelp("All that match as an HTTP Archive 1.2.", valueName: "file"))
    var har: String?

    @Option(help: ArgumentHelp("All that match as a packet capture of both sides, for Wireshark.", valueName: "file"))
    var pcapng: String?

    @Option(
        help: ArgumentHelp("The answer of this exchange as a piece of a plan that gives it again.", valueName: "id")
    )
    var mock: ExchangeNumber?

    @OptionGroup var filter: TapFilterOption

    @Flag(help: "Export passwords and cookies, too.")
    var secrets = false

    @OptionGroup var choice: TapChoice

    func validate() throws {
        let forms = "--har FILE, --pcapng FILE, --curl ID or --mock ID"
        switch [curl == nil, har == nil, pcapng == nil, mock == nil].count(where: { !$0 }) {
        case 0: throw ValidationError("Say in which form: \(forms).")
        case 1: break
        default: throw ValidationError("One form at a time: \(forms).")
        }
        if curl ?? mock != nil, !filter.text.isEmpty { throw ValidationError("--filter is for --har and --pcapng.") }
    }

    func run() async throws {
        try filter.check()
        try await choice.withOne(look)
    }

    private func look(into client: ControlClient) async throws {
        if let curl { return Terminal.output.write(try await client.tapExport("curl", of: curl.id, secrets: secrets)) }
        if let mock { return Terminal.output.write(try await client.tapExport("mock", of: mock.id)) }
        let (form, path) = har.map { ("har", $0) } ?? ("pcapng", pcapng ?? "-")
        let count: TapExportCount
        if path == "-" {
            count = try await client.tapExport(form, of: filter.text, secrets: secrets) { Terminal.output.write($0) }
        } else {
            let file = try ExportFile(path)
            count = try await client.tapExport(form, of: filter.text, secrets: secrets) { try file.write($0) }
            try file.finish()
            let exchanges = "\(count.written) \(count.written == 1 ? "exchange" : "exchanges")"
            Terminal.errors.write("\(path.harmless): \(exchanges), \(AccessLog.size(file.count))\n")
        }
        if count.left > 0 {
            Terminal.errors.warn(
                "\(count.left) that match are not in it: \(form == "har" ? "they still go on, or were no requests" : "they still go on")"
            )
        }
        if count.written == 0 {
            if count.left == 0 { Terminal.errors.write("nothing matches\n") }
            throw ExitCode(1)
        }
    }
}
