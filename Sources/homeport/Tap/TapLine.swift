import HomeportControl
import HomeportCore
import HomeportRuntime
import HomeportTap

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
        let hits = row.conditions.map { terminal.styled("  " + Self.text($0), .magenta) } ?? ""
        if row.kind == "tcp" || row.kind == "udp" { return passage(row, clock, took, trouble, hits) }
        return terminal.styled(clock, .dim) + " " + (project.map { terminal.styled("\($0) ", .dim) } ?? "")
            + terminal.styled("#\(row.id)", .dim) + " " + terminal.styled(status, Self.style(row)) + " "
            + (row.method.isEmpty ? "-" : row.method).harmless + " " + target.harmless + "  \(took)  "
            + AccessLog.size(row.responseBytes) + Self.way(row) + Self.messages(row) + hits
            + (trouble.isEmpty ? "" : terminal.styled("  (\(trouble.joined(separator: "; ").harmless))", .yellow))
    }

    /// What was no HTTP: through which link, to where, and how much each way.
    private func passage(
        _ row: TapRowMessage,
        _ clock: String,
        _ took: String,
        _ trouble: [String],
        _ hits: String
    ) -> String {
        terminal.styled(clock, .dim) + " " + (project.map { terminal.styled("\($0) ", .dim) } ?? "")
            + terminal.styled("#\(row.id)", .dim) + " " + terminal.styled(row.kind, row.error == nil ? .cyan : .red)
            + " \(row.upstream ?? "-")  \(took)  ↑\(AccessLog.size(row.requestBytes)) "
            + "↓\(AccessLog.size(row.responseBytes))" + Self.way(row) + Self.messages(row)
            + hits
            + (trouble.isEmpty ? "" : terminal.styled("  (\(trouble.joined(separator: "; ").harmless))", .yellow))
    }

    /// `curl → api`: which program has asked whom.
    private static func way(_ row: TapRowMessage) -> String {
        let parts = [row.process?.command.harmless, row.service.map { "→ \($0)" }].compactMap { $0 }
        return parts.isEmpty ? "" : "  " + parts.joined(separator: " ")
    }

    private static func messages(_ row: TapRowMessage) -> String {
        guard let count = row.messages else { return "" }
        let word =
            switch row.kind {
            case "websocket": count == 1 ? "frame" : "frames"
            case "events": count == 1 ? "event" : "events"
            case "udp": count == 1 ? "datagram" : "datagrams"
            default: count == 1 ? "piece" : "pieces"
            }
        return "  \(count) \(word)"
    }

    /// `+200 ms latency`.
    private static func text(_ conditions: [TapRowMessage.Condition]) -> String {
        conditions.map { one in
            one.added > 0
                ? "+\(AccessLog.time(.nanoseconds(Int64(one.added * 1_000_000)))) \(one.condition)" : one.condition
        }
        .joined(separator: " ")
    }

    private static func style(_ row: TapRowMessage) -> Terminal.Style {
        switch row.status {
        case 200..<400: .green
        case 400..<500: .yellow
        default: row.live ? .dim : .red
        }
    }
}
