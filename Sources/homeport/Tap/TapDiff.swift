import ArgumentParser
import HomeportControl
import HomeportCore
import HomeportTap

struct TapDiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "What is different between two exchanges.",
        discussion: """
            Heads by their fields, bodies of JSON by their structure, other bodies by their bytes, as far as they are kept.

            EXAMPLES
              homeport tap diff 12 15
              homeport tap diff 12 15 --json

            EXIT CODES
              0  nothing
              1  something
              2  one of them is not there, or no more
              3  the project does not run
            """
    )

    @Argument(help: "The number of one.")
    var before: UInt64

    @Argument(help: "The number of the other.")
    var after: UInt64

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var choice: TapChoice

    private struct Report: Encodable {
        var request, response: [MessageDiff.Change]
    }

    func run() async throws {
        try await choice.withOne(look)
    }

    private func look(into client: ControlClient) async throws {
        let (old, new) = (try await client.tapExchange(before), try await client.tapExchange(after))
        let report = Report(
            request: MessageDiff(
                try await Self.side(old.request, .request, before, client),
                try await Self.side(new.request, .request, after, client)
            )
            .changes,
            response: MessageDiff(
                try await Self.side(old.response, .response, before, client),
                try await Self.side(new.response, .response, after, client)
            )
            .changes
        )
        if json {
            try Terminal.output.write(json: report)
        } else {
            Self.write("request", report.request)
            Self.write("answer", report.response)
        }
        if !report.request.isEmpty || !report.response.isEmpty { throw ExitCode(1) }
    }

    private static func side(
        _ message: TapExchangeMessage.Message?,
        _ side: TapSide,
        _ id: UInt64,
        _ client: ControlClient
    ) async throws -> MessageDiff.Side {
        guard let message else { return MessageDiff.Side(line: "", fields: [], body: [], length: 0) }
        let body = message.body.head > 0 ? try await client.tapBody(side, of: id) : []
        let fields = message.fields.map { (name: $0.name, value: $0.value) }
        return MessageDiff.Side(
            line: message.line,
            fields: fields,
            body: body,
            length: message.body.length,
            sha256: message.body.sha256
        )
    }

    private static func write(_ title: String, _ changes: [MessageDiff.Change]) {
        guard !changes.isEmpty else { return }
        let out = Terminal.output
        out.write(out.styled(title, .bold) + "\n")
        for change in changes {
            out.write("  \(change.place.harmless)\n")
            if let before = change.before { out.write(out.styled("    - \(before.harmless)", .red) + "\n") }
            if let after = change.after { out.write(out.styled("    + \(after.harmless)", .green) + "\n") }
        }
    }
}
