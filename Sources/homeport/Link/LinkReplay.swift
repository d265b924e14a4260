import ArgumentParser
import HomeportCore
import HomeportLink
import HomeportNet
import HomeportRuntime

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

struct LinkReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Run a link that does again what a decision log says.",
        discussion: """
            Reads what homeport link open, up or toxiproxy wrote with --decisions, and does it to the same bytes of the same \
            connections, counted from 1: the first connection meets what the first one met. What the log does not have \
            passes as it comes.

            EXAMPLES
              homeport link open 5432 --latency 80ms --jitter 20ms --loss 1% --decisions seen.jsonl
              homeport link replay seen.jsonl
              homeport link replay seen.jsonl --to 5433 --listen 55432
              homeport link replay seen.jsonl --link slow-db

            EXIT CODES
              0  ended by Ctrl-C, homeport link remove or homeport down --all
              2  the words, or the log, were wrong
              3  the port is taken, or something else of the world is in the way
            """
    )

    @Argument(help: "The decision log.")
    var file: String

    @Option(help: "Which link of the log, where it has several.")
    var link: String?

    @Option(help: "Where it leads. (default: where it led)")
    var to: String?

    @OptionGroup var host: LinkHost

    func run() async throws {
        let recording: Recording
        do { recording = try Recording(lines(), link: link) } catch var error as HomeportError {
            error.subject = error.subject ?? file
            throw error
        }
        guard let target = to ?? recording.target else {
            throw HomeportError(
                .badValue,
                "the log does not say where the link led",
                where: file,
                fix: "say it with --to"
            )
        }
        guard case .endpoint(let endpoint) = try LinkPlan.target(target) else {
            throw HomeportError(
                .badValue,
                "it led to \(target), a service of a plan",
                where: file,
                fix: "say where it is to lead with --to, as in --to 5432"
            )
        }
        let own = host.name ?? recording.link
        var plan = LinkPlan(name: own, to: .endpoint(endpoint))
        plan.recording = recording
        plan.remote = host.remote
        try ConditionOptions.read(host.listen.map { [("listen", $0)] } ?? [], by: LinkPlan.section, into: &plan)
        try plan.checkPlaces()
        try await host.run(
            plan
        )
    }

    private func lines() throws -> [Recording.Line] {
        guard let text = FileManager.default.contents(atPath: file) else {
            throw HomeportError(
                .unreadable,
                "the log cannot be read",
                where: file,
                fix: "name a file that --decisions wrote"
            )
        }
        let decoder = JSONDecoder()
        return try text.split(separator: UInt8(ascii: "\n")).enumerated().map { index, line in
            do { return try decoder.decode(Recording.Line.self, from: line) } catch {
                throw HomeportError(
                    .badValue,
                    index == 0 ? "this is no decision log" : "this line is no decision",
                    where: "\(file):\(index + 1)",
                    fix: index == 0 ? "name a file that --decisions wrote" : "mend it, or leave it out"
                )
            }
        }
    }
}
