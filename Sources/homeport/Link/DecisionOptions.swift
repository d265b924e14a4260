import ArgumentParser
import HomeportCore
import HomeportLink
import HomeportNet
import HomeportRuntime

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where the decisions of conditions are written.
struct DecisionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Write what each condition decides to this file, as lines of JSON; homeport link replay does it again.",
            valueName: "file"
        )
    )
    var decisions: String?

    /// Takes decisions down until it is finished.
    struct Writer {
        let lines: LineWriter
        let log: DecisionLog
    }

    /// - Throws: ``HomeportError`` where the file cannot be written.
    func writer() throws -> Writer? {
        guard let decisions else { return nil }
        // A pipe that nobody reads is refused, not waited for.
        let descriptor = open(decisions, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, 0o600)
        guard descriptor >= 0 else {
            throw HomeportError(
                HomeportError.Code("file.unwritable", .world),
                "decisions cannot be written: \(SystemFailure.text(errno))",
                where: decisions,
                fix: "name a file in a folder that is there, and that you may write to"
            )
        }
        let lines = LineWriter(
            descriptor: descriptor,
            bound: 64 << 20,
            dropLine: { "{\"link\":\"\",\"lost\":\($0)}" },
            onFailure: {
                Terminal.errors.warn("decisions are lost, \(decisions) takes no more: \(SystemFailure.text($0))")
            }
        )
        return Writer(lines: lines, log: DecisionLog { lines.write($0) })
    }
}
