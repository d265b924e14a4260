import ArgumentParser
import HomeportCore
import HomeportGuard
import HomeportNet

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Every listener of this machine: who can reach it, what is wrong with that, and what to do.",
        discussion: """
            TCP and UDP, in each network namespace that may be looked into; root sees all of them, and whose each socket is. What \
            addresses, routes and owners say is told; a firewall may narrow it, which --prove tries from outside.

            With --baseline, only what is new counts: the file is what --json printed before.

            EXAMPLES
              homeport audit
              homeport audit --all                    also what is well
              homeport audit --unix                   and unix sockets that every user may connect to
              sudo homeport audit --prove             whether it is reached, tried from outside
              sudo homeport audit --json > baseline.json
              sudo homeport audit --baseline baseline.json    for CI

            EXIT CODES
              0  nothing was found that is of high severity, or nothing new
              1  something was
              2  the words were wrong, or the baseline is none
              3  the kernel does not tell, or with --prove, nothing can be tried
            """
    )

    @Flag(help: "Show those listeners, too, with which nothing is wrong.")
    var all = false

    @Flag(help: "Look at unix sockets, too.")
    var unix = false

    @Flag(help: "Try each from outside, from a network namespace made for it. Takes root.")
    var prove = false

    @Flag(help: "Print JSON.")
    var json = false

    @Option(help: ArgumentHelp("Only what is not in this file counts.", valueName: "file"))
    var baseline: String?

    private struct Report: Encodable {
        var audit: Audit
        var new: [AuditedListener]?

        func encode(to encoder: any Encoder) throws {
            try audit.encode(to: encoder)
            var keys = encoder.container(keyedBy: Key.self)
            try keys.encodeIfPresent(new, forKey: .new)
        }

        private enum Key: String, CodingKey {
            case new
        }
    }

    func run() throws {
        let before = try baseline.map(Self.read)
        var audit = try Audit.gather(unix: unix)
        if prove { audit = try audit.proven(OutsideProbe.run(audit)) }
        let news = before.map { audit.news(since: $0) }
        if json {
            try Terminal.output.write(json: Report(audit: audit, new: news))
        } else {
            let report = AuditReport(audit)
            let shown = news ?? (all ? audit.listeners : audit.listeners.filter { !$0.findings.isEmpty })
            report.write(shown, new: news?.count, to: .output)
            if let before {
                let gone = audit.gone(since: before)
                if !gone.isEmpty { Terminal.output.write("\(gone.count) of the baseline are gone\n") }
            }
        }
        if news.map({ !$0.isEmpty }) ?? (audit.worst == .high) { throw ExitCode(1) }
    }

    private static func read(_ path: String) throws -> Audit {
        guard let bytes = SmallFile.bytes(path, limit: 64 << 20) else {
            throw HomeportError(
                .badValue,
                "there is no such baseline that can be read",
                where: path,
                fix: "make one with homeport audit --json > \(path)"
            )
        }
        do { return try JSONDecoder().decode(Audit.self, from: Data(bytes)) } catch {
            throw HomeportError(
                .badValue,
                "this is no audit",
                where: path,
                fix: "make one with homeport audit --json > \(path)"
            )
        }
    }
}
