import HomeportCore
import HomeportGuard
import HomeportNet

/// An audit for people: the worst first.
struct AuditReport {
    private let audit: Audit

    init(_ audit: Audit) { self.audit = audit }

    /// - Parameter new: How many of all are new, if that was asked.
    func write(_ listeners: [AuditedListener], new: Int?, to out: Terminal) {
        let order = AuditFinding.Severity.allCases
        func rank(_ listener: AuditedListener) -> Int {
            listener.severity.flatMap(order.firstIndex) ?? order.count
        }
        for listener in listeners.sorted(by: { (rank($0), $0.port) < (rank($1), $1.port) }) {
            let name = Self.name(of: listener)
            let network = listener.network == "host" ? "" : "  in \(listener.network.harmless)"
            let user = listener.user ?? "uid \(listener.uid)"
            let process =
                listener.process.map { process in
                    let age = process.age.map { ", for \($0.inWords)" } ?? ""
                    return "\(process.command.harmless) (pid \(process.pid)\(age)) of \(user)"
                } ?? listener.leadsTo.map { "led to \($0.harmless)" } ?? "owner hidden, of \(user)"
            let severity = listener.severity?.rawValue ?? "well"
            out.write(
                out.styled(severity.padding(6), Self.style(listener.severity)) + " " + out.styled(name, .bold)
                    + "  \(listener.exposure.rawValue)\(listener.proof.map { ", from outside \($0.rawValue)" } ?? "")"
                    + "  \(process)\(network)\n"
            )
            for finding in listener.findings {
                out.write(out.wrapped(finding.text, label: "", indent: 7))
                out.write(out.styled(out.wrapped(finding.fix, label: "       fix", indent: 12), .dim))
            }
        }
        let counts = Dictionary(grouping: audit.listeners) { $0.severity }
        let words = order.compactMap { severity in
            counts[severity].map { "\($0.count) \(severity.rawValue)" }
        }
        let well = counts[nil].map { "\($0.count) with nothing to say" }
        let sum = (words + [well].compactMap { $0 }).joined(separator: ", ")
        let count = audit.listeners.count
        let news = new.map { ", \($0 == 0 ? "none" : "\($0)") of them new" } ?? ""
        out.write("\(count) listener\(count == 1 ? "" : "s")\(news)\(sum.isEmpty ? "" : ": \(sum)")\n")
        let reached = audit.listeners.count { $0.proof == .reached }
        let tried = audit.listeners.count { $0.proof != nil }
        out.write(
            tried == 0
                ? "not proven: --prove tries from outside\n" : "tried from outside: \(tried), reached: \(reached)\n"
        )
        for one in audit.unseen { out.write(out.styled("not seen: \(one.harmless)\n", .yellow)) }
    }

    private static func name(of listener: AuditedListener) -> String {
        let place = listener.address.contains(":") ? "[\(listener.address)]" : listener.address
        return switch listener.transport {
        case .unix: "unix:\(listener.address.harmless)"
        case .udp: "udp://\(place):\(listener.port)"
        case .tcp: "\(place):\(listener.port)"
        }
    }

    private static func style(_ severity: AuditFinding.Severity?) -> Terminal.Style {
        switch severity {
        case .high: .red
        case .medium: .yellow
        case .low: .plain
        case nil: .green
        }
    }
}

extension String {
    fileprivate func padding(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
