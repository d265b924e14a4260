import ArgumentParser
import HomeportControl
import HomeportCore
import HomeportHTTP
import HomeportRuntime
import HomeportTap
import Synchronization

struct TapReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Make requests of the record once more.",
        discussion: """
            Each is sent as it came (a chunked body in chunks of its own), to where it was sent, over a connection of its own; through \
            the door or a link it is a new exchange in the record, whose number is told. Several go one after the other; with --timing original they begin as far from each other as they did, whether those before are \
            answered or not. What came of each is shown beside what had come of it.

            --edit opens the request in $VISUAL or $EDITOR first: its head, an empty line, its body. Content-Length is made right.

            EXAMPLES
              homeport tap replay 12
              homeport tap replay 12 --edit
              homeport tap replay 12 --times 20            is it always slow?
              homeport tap replay 12 --to 3000             past the door
              homeport tap replay --filter 'service=api' --timing original
              homeport tap replay --recording run1 --filter is:failed --to 62893

            EXIT CODES
              0  all were answered
              1  some were not
              2  one of them cannot be made once more, or is not there
              3  the project does not run
            """
    )

    enum Timing: String, ExpressibleByArgument, CaseIterable {
        /// One after the other.
        case serial
        case original
    }

    @Argument(help: "Their numbers.")
    var numbers: [ExchangeNumber] = []

    @OptionGroup var filter: TapFilterOption

    @Flag(help: "Edit the request first.")
    var edit = false

    @Option(help: ArgumentHelp("How often.", valueName: "count"))
    var times = 1

    @Option(help: "serial is one after the other, original as far apart as they were.")
    var timing = Timing.serial

    @Option(help: ArgumentHelp("A port or an address, in the place of where they were sent.", valueName: "target"))
    var to: String?

    @Flag(help: "Let it be beyond this machine.")
    var remote = false

    @Option(help: "How long an answer may take.")
    var within = "60s"

    @Flag(help: "Print JSON, one object a line.")
    var json = false

    @OptionGroup var choice: TapChoice

    private static let most = 10_000

    private var ids: [UInt64] { numbers.map(\.id) }

    func validate() throws {
        if ids.isEmpty, filter.text.isEmpty { throw ValidationError("Say which: numbers, or --filter.") }
        if !ids.isEmpty, !filter.text.isEmpty { throw ValidationError("Numbers or --filter: one of them.") }
        guard (1...Self.most).contains(times) else { throw ValidationError("--times takes 1 to \(Self.most).") }
        if choice.recording != nil, to == nil {
            throw ValidationError("--recording needs --to: where they were asked, there may be somebody else by now.")
        }
        if edit, ids.count != 1 { throw ValidationError("--edit is for one request.") }
    }

    func run() async throws {
        try filter.check()
        try await choice.withOne(replay)
    }

    private func replay(_ client: ControlClient) async throws {
        let within = try Duration(parsing: within)
        let target = try to.map { try UpstreamPlan(parsing: $0, remote: remote).to }
        var requests: [ReplayedRequest] = []
        for id in try await wanted(client) {
            do { requests.append(try await ReplayedRequest(id, to: target, remote: remote, client)) } catch let error
                as HomeportError
                where ids.isEmpty && error.code == .replayImpossible
            {
                Terminal.errors.warn("\(error.what)")
            }
        }
        guard !requests.isEmpty else {
            Terminal.errors.write("nothing matches\n")
            throw ExitCode(1)
        }
        if edit, try await !requests[0].edit(client) {
            Terminal.errors.write("nothing is asked: the file was left empty\n")
            return
        }
        let lines = ReplayLines(json: json)
        for _ in 0..<times {
            switch timing {
            case .serial: for request in requests { await replay(request, within: within, client, lines) }
            case .original: await replay(requests, within: within, client, lines)
            }
        }
        if requests.count * times > 1, !json { lines.writeSum() }
        if lines.failures > 0 { throw ExitCode(1) }
    }

    private func replay(
        _ request: ReplayedRequest,
        within: Duration,
        _ client: ControlClient,
        _ lines: ReplayLines
    ) async {
        let result = await request.ask(within: within)
        // Asked elsewhere, it does not pass here.
        let number = to == nil ? try? await request.number(of: result, client) : nil
        lines.write(request, result, number)
    }

    /// As far apart as they began.
    private func replay(
        _ requests: [ReplayedRequest],
        within: Duration,
        _ client: ControlClient,
        _ lines: ReplayLines
    ) async {
        let first = requests.map(\.began).min() ?? 0
        let start = ContinuousClock.now
        await withTaskGroup { group in
            for request in requests.sorted(by: { $0.began < $1.began }) {
                group.addTask {
                    try? await Task.sleep(until: start + .nanoseconds(request.began - first))
                    await replay(request, within: within, client, lines)
                }
            }
        }
    }

    private func wanted(_ client: ControlClient) async throws -> [UInt64] {
        guard ids.isEmpty else { return ids }
        let text = "(\(filter.text)) and (kind=http or kind=events)"
        var (found, next) = ([UInt64](), UInt64?.none)
        repeat {
            let page = try await client.tap(text, order: .oldest, from: next, limit: TapQuery.mostRows)
            found += page.rows.map(\.id)
            next = page.next
        } while next != nil && found.count <= Self.most
        guard found.count <= Self.most else {
            throw HomeportError(
                HomeportError.Code("replay.many", .words),
                "more than \(Self.most) requests match",
                fix: "ask for fewer with --filter"
            )
        }
        return found
    }
}
