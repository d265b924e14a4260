import ArgumentParser
import HomeportCore
import HomeportLink
import HomeportNet
import HomeportRuntime

struct LinkVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Measure what links on this machine are worth: asked against got.",
        discussion: """
            Sends through links of its own, on loopback, for about 50 seconds: latency (error p50, p99, most), jitter (by \
            Kolmogorov and Smirnov's test), rate (error and burst) and loss (within its confidence interval). What a link \
            without conditions takes is taken off. A machine that is busy with something else will be out of tolerance, and \
            that is what this tells: do not trust timings taken then.

            EXAMPLES
              homeport link verify
              homeport link verify --quick --json
              homeport link verify --report fidelity.html

            JSON: {"measures": [{kind, asked, got, tolerance, within, samples, figures}]}

            EXIT CODES
              0  all within tolerance
              1  something is outside it
            """
    )

    @Option(help: "Write a page with pictures to this file.")
    var report: String?

    @Flag(help: "A third of the time, with fewer samples.")
    var quick = false

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let isTerminal = Terminal.errors.isInteractive
        let found = try await LinkFidelity.measure(isQuick: quick) { next in
            Terminal.errors.write(isTerminal ? "\r\u{1B}[Kmeasuring \(next) …" : "measuring \(next) …\n")
        }
        if isTerminal { Terminal.errors.write("\r\u{1B}[K") }
        if let report {
            let page = FidelityPage(found, machine: LinkFidelity.machine)
            do throws(SystemFailure) { try WholeWrite.file(report, page.html) } catch {
                throw HomeportError(
                    HomeportError.Code("file.unwritable", .world),
                    "the report cannot be written: \(SystemFailure.text(error.errno))",
                    where: report,
                    fix: "name a file in a folder that is there, and that you may write to"
                )
            }
        }
        if json {
            try Terminal.output.write(json: found)
        } else {
            var table = Table(("WHAT", .left), ("ASKED", .left), ("GOT", .left), ("TOLERANCE", .left), ("", .left))
            for measure in found.measures {
                table.add([
                    .init(measure.kind), .init(measure.asked), .init(measure.got), .init(measure.tolerance, .dim),
                    .init(measure.isWithin ? "within" : "OUTSIDE", measure.isWithin ? .green : .red),
                ])
            }
            table.write(to: .output)
            if let report { Terminal.output.write("\nwrote \(report)\n") }
        }
        if !found.isWithin { throw ExitCode(HomeportError.Blame.check.rawValue) }
    }
}
