import ArgumentParser
import HomeportControl
import HomeportCore
import HomeportRuntime
import HomeportTap

struct TapShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "One exchange, whole.",
        discussion: """
            Heads as they came, bodies as far as they are kept (the first MiB and the last 64 KiB), and when what happened. Bodies \
            that are no text are shown by their length and hash, JSON on one line is shown on several; --body writes the bytes. What went through as a stream (a WebSocket, \
            an event stream, a connection or datagrams through a link) is shown message by message, with the time of each.

            EXAMPLES
              homeport tap show 12
              homeport tap show 12 --body response > answer.bin
              homeport tap show 12 --json

            EXIT CODES
              0  done
              2  there is no such exchange, or no more
              3  the project does not run
            """
    )

    enum Side: String, ExpressibleByArgument, CaseIterable {
        case request, response
    }

    @Argument(help: "Its number.")
    var number: ExchangeNumber

    @Option(help: "Write this body, and nothing else.")
    var body: Side?

    @Flag(help: "Print JSON.")
    var json = false

    @Option(help: ArgumentHelp("How many messages of a stream are shown.", valueName: "count"))
    var messages = 20

    @OptionGroup var choice: TapChoice

    private var id: UInt64 { number.id }

    func validate() throws {
        if body != nil, json { throw ValidationError("--body writes the bytes as they are: leave --json out.") }
        guard (1...TapMessageList.most).contains(messages) else {
            throw ValidationError("--messages takes 1 to \(TapMessageList.most)")
        }
    }

    func run() async throws {
        try await choice.withOne(look)
    }

    private func look(into client: ControlClient) async throws {
        if let body {
            let exchange = try await client.tapExchange(id)
            let bytes = try await client.tapBody(body == .request ? .request : .response, of: id)
            let length = body == .request ? exchange.request.body.length : exchange.response?.body.length ?? 0
            Terminal.output.write(bytes)
            if Int64(bytes.count) < length {
                Terminal.errors.warn("only the first \(bytes.count) of its \(length) bytes are kept in one piece")
            }
            return
        }
        let exchange = try await client.tapExchange(id)
        if json { return try Terminal.output.write(json: exchange) }
        let out = Terminal.output
        out.write(TapLine(terminal: out).text(exchange.row) + "\n")
        let process = exchange.row.process.map { " (\($0.command.harmless), pid \($0.pid))" } ?? ""
        let ends = [exchange.row.client.map { $0 + process }, exchange.row.upstream].compactMap { $0 }
        out.write("  " + ends.joined(separator: " → ") + (exchange.reused ? " (kept connection)" : "") + "\n")
        out.write("  " + Self.phases(exchange.times) + "\n")
        if let inner = try await Self.within(exchange, client) { out.write("  seen again on its way as #\(inner)\n") }
        if let access = exchange.row.access { out.write("  \(access.harmless)\n") }
        for condition in exchange.row.conditions ?? [] { out.write("  " + Self.text(condition) + "\n") }
        out.write("\n")
        // What passed as a stream is shown message by message.
        guard exchange.row.kind != "tcp", exchange.row.kind != "udp" else { return try await writeMessages(client) }
        let isStream = exchange.row.kind == "websocket" || exchange.row.kind == "tunnel"
        let hasEvents = exchange.row.kind == "events"
        try await write(exchange.request, .request, isStream: isStream, client)
        if let response = exchange.response {
            out.write("\n")
            try await write(response, .response, isStream: isStream || hasEvents, client)
        }
        if isStream || hasEvents {
            out.write("\n")
            try await writeMessages(client)
        }
    }

    /// What our own connection to the service was to whom it led to, where that is recorded, too: a link behind the door.
    private static func within(_ exchange: TapExchangeMessage, _ client: ControlClient) async throws -> UInt64? {
        guard let from = exchange.upstreamLocal, let began = UTCTime.nanoseconds(rfc3339: exchange.row.began) else {
            return nil
        }
        let page = try await client.tap("client=\"\(from)\"", order: .newest, from: nil, limit: TapQuery.mostRows)
        let end = exchange.row.took.map { began + Int64($0 * 1_000_000) } ?? .max
        return page.rows.last {
            $0.id != exchange.row.id
                && UTCTime.nanoseconds(rfc3339: $0.began).map { (began...max(began, end)).contains($0) } ?? false
        }?.id
    }

    private static func text(_ one: TapRowMessage.Condition) -> String {
        let added =
            one.added > 0 ? "held it back by \(AccessLog.time(.nanoseconds(Int64(one.added * 1_000_000))))" : "hit it"
        let way = one.direction == "up" ? "on the way to the service" : "on the way back"
        let lost = one.discarded > 0 ? ", \(one.discarded) bytes thrown away" : ""
        return "\(one.condition) of \(one.link) \(added) \(way) (\(one.hits) \(one.hits == 1 ? "hit" : "hits")\(lost))"
    }

    private func writeMessages(_ client: ControlClient) async throws {
        let out = Terminal.output
        let list = try await client.tapMessages(of: id, from: 0, limit: messages)
        for one in list.messages {
            let arrow = one.from == "client" ? "↑" : "↓"
            let at = AccessLog.time(.nanoseconds(Int64(one.at * 1_000_000)))
            let words = [one.kind, one.code.map { "\($0)" }, one.event, one.compressed == true ? "compressed" : nil]
                .compactMap { $0 }
            out.write("\(arrow) \(at) \(words.joined(separator: " ").harmless) \(one.length)  ")
            out.write(
                (one.text.map { one.kind == "event" ? Self.line($0) : $0.harmless } ?? one.base64.map { "base64 \($0)" }
                    ?? "") + "\n"
            )
        }
        let left = list.total - UInt64(list.messages.count)
        if left > 0 { out.write(out.styled("[\(left) more of \(list.total); --messages shows more]", .dim) + "\n") }
    }

    /// An event's lines, on one.
    private static func line(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).map { String($0).harmless }.joined(separator: "  ")
    }

    private static func phases(_ times: TapExchangeMessage.Times) -> String {
        let phases: [(String, Double?)] = [
            ("request whole", times.asked), ("connecting", times.dialled), ("connected", times.connected),
            ("service answers", times.answered), ("head sent", times.headed), ("end", times.ended),
        ]
        // What is at the same time stays in this order.
        let known = phases.enumerated().compactMap { index, phase in
            phase.1.map { (time: $0, index: index, name: phase.0) }
        }
        return known.sorted { ($0.time, $0.index) < ($1.time, $1.index) }
            .map { "\($0.name) at \(AccessLog.time(.nanoseconds(Int64($0.time * 1_000_000))))" }
            .joined(separator: ", ")
    }

    /// - Parameter isStream: Whether what passed behind the heads is no body.
    private func write(
        _ message: TapExchangeMessage.Message,
        _ side: TapSide,
        isStream: Bool,
        _ client: ControlClient
    ) async throws {
        let out = Terminal.output
        out.write(out.styled(message.line.harmless, .bold) + "\n")
        for field in message.fields { out.write("\(out.styled(field.name.harmless, .dim)): \(field.value.harmless)\n") }
        guard message.body.length > 0, !isStream else { return }
        out.write("\n")
        let bytes = message.body.head > 0 ? try await client.tapBody(side, of: id) : []
        let kept = message.body.head + message.body.tail
        let codings = message.fields.filter { $0.name.lowercased() == "content-encoding" }.map(\.value)
        let plain = PlainBody(
            bytes,
            isWhole: Int64(bytes.count) == message.body.length,
            codings: codings,
            most: 1 << 20
        )
        if let text = Self.text(plain.bytes) {
            let text = JSONLayout.lines(of: plain.bytes).map { String(decoding: $0, as: UTF8.self) } ?? text
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0).harmless }
            out.write(lines.joined(separator: "\n") + (text.hasSuffix("\n") ? "" : "\n"))
        }
        if let note = plain.note { out.write(out.styled("[\(note)]", .dim) + "\n") }
        if Int64(kept) < message.body.length || Self.text(plain.bytes) == nil {
            let hash = message.body.sha256.map { ", sha256 \($0)" } ?? ""
            out.write(
                out.styled("[\(message.body.length) bytes, of which \(kept) are kept\(hash)]", .dim) + "\n"
            )
        }
    }

    /// Nil where it is none.
    private static func text(_ bytes: [UInt8]) -> String? {
        guard !bytes.isEmpty, !bytes.contains(0) else { return nil }
        // What is kept may end within a character.
        return (0...3).lazy.compactMap { String(validating: bytes.dropLast($0), as: UTF8.self) }.first
    }
}
