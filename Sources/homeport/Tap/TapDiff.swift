import ArgumentParser
import HomeportControl
import HomeportCore
import HomeportNet
import HomeportTap

struct TapDiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "What is different between two exchanges, or two recordings.",
        discussion: """
            Two exchanges: heads by their fields, bodies of JSON by their structure, other bodies by their bytes, as far as they are kept.

            Two recordings: requests are matched by method and path, those with the same by their order. What is only in one; whose answers \
            have another status, type or body; and what has become slower or faster, by its median: by half, and by 5 ms.

            --ignore leaves out what always differs: a place as it is shown, where * stands for anything.

            EXAMPLES
              homeport tap diff 12 15
              homeport tap diff run1 run2             folders that --record has filled
              homeport tap diff run1 run2 --json
              homeport tap diff run1 run2 --filter 'service=api and not process=homeport'
              homeport tap diff run1 run2 --ignore 'body $.time' --ignore 'body $.items[*].id'
              homeport tap diff 12 15 --ignore 'field date'

            EXIT CODES
              0  nothing
              1  something
              2  one of them is not there, or no more
              3  the project does not run, or there is no such recording
            """
    )

    @Argument(help: "The number of one, or the folder of a recording.")
    var before: String

    @Argument(help: "The other one.")
    var after: String

    @OptionGroup var filter: TapFilterOption

    @Option(help: ArgumentHelp("Leave out differences at this place. Several times for several.", valueName: "place"))
    var ignore: [String] = []

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var choice: TapChoice

    private struct Report: Encodable {
        var request, response: [MessageDiff.Change]
    }

    func run() async throws {
        try filter.check()
        switch (ExchangeNumber(argument: before), ExchangeNumber(argument: after)) {
        case (let one?, let other?): try await choice.withOne { try await compare(one.id, other.id, $0) }
        case (nil, nil): try await compareRecordings()
        default:
            throw HomeportError(
                .badValue,
                "\(before) and \(after) cannot be compared",
                fix: "name two exchanges by their numbers, or two folders (./12 is one)"
            )
        }
    }

    private func compareRecordings() async throws {
        let (before, after, text, ignored) = (before, after, filter.text, DifferencePlaces(ignore))
        let diff = try await OwnThread.run {
            let filter = try TapFilter(parsing: text)
            return try RecordingDiff(TapStore(opening: before), TapStore(opening: after), filter, ignoring: ignored)
        }
        if json {
            try Terminal.output.write(json: diff.changes)
        } else {
            RecordingDiffReport(diff).write(to: .output)
        }
        if !diff.changes.isEmpty { throw ExitCode(1) }
    }

    private func compare(_ before: UInt64, _ after: UInt64, _ client: ControlClient) async throws {
        guard filter.text.isEmpty else {
            throw HomeportError(.badValue, "two exchanges are named already", where: "--filter", fix: "leave it out")
        }
        let (old, new) = (try await client.tapExchange(before), try await client.tapExchange(after))
        let ignored = DifferencePlaces(ignore)
        let report = Report(
            request: MessageDiff(
                try await Self.side(old.request, .request, before, client),
                try await Self.side(new.request, .request, after, client),
                ignoring: ignored
            )
            .changes,
            response: MessageDiff(
                try await Self.side(old.response, .response, before, client),
                try await Self.side(new.response, .response, after, client),
                ignoring: ignored
            )
            .changes
        )
        if json {
            try Terminal.output.write(json: report)
        } else {
            for (title, changes) in [("request", report.request), ("answer", report.response)] where !changes.isEmpty {
                Terminal.output.write(Terminal.output.styled(title, .bold) + "\n")
                for change in changes { change.write(to: .output) }
            }
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
}

extension MessageDiff.Change {
    func write(to out: Terminal) {
        out.write("  \(place.harmless)\n")
        if let before { out.write(out.styled("    - \(before.harmless)", .red) + "\n") }
        if let after { out.write(out.styled("    + \(after.harmless)", .green) + "\n") }
    }
}
