import HomeportControl
import HomeportCore
import HomeportRuntime

/// One exchange on one line: when, which, what came of it, what was asked, how long, how much, and what went wrong.
struct TapLine {
    let terminal: Terminal
    /// Where several projects are shown: which.
    var project: String?

    func text(_ row: TapRowMessage) -> String {
        let clock = String(row.began.dropFirst(11).prefix(12))
        let status = row.status == 0 ? (row.live ? "···" : "---") : String(row.status)
        let took = row.took.map { AccessLog.time(.nanoseconds(Int64($0 * 1_000_000))) } ?? "…"
        let host = row.host.isEmpty ? row.service ?? "" : row.host
        let target = row.target.hasPrefix("http://") ? row.target : host + row.target
        let trouble = [row.refusal, row.error, row.live || row.complete ? nil : "cut off"].compactMap { $0 }
        return terminal.styled(clock, .dim) + " " + (project.map { terminal.styled("\($0) ", .dim) } ?? "")
            + terminal.styled("#\(row.id)", .dim) + " " + terminal.styled(status, Self.style(row)) + " "
            + (row.method.isEmpty ? "-" : row.method).harmless + " " + target.harmless + "  \(took)  "
            + AccessLog.size(row.responseBytes) + (row.service.map { "  → \($0)" } ?? "")
            + (trouble.isEmpty ? "" : terminal.styled("  (\(trouble.joined(separator: "; ").harmless))", .yellow))
    }

    private static func style(_ row: TapRowMessage) -> Terminal.Style {
        switch row.status {
        case 200..<400: .green
        case 400..<500: .yellow
        default: row.live ? .dim : .red
        }
    }
}
