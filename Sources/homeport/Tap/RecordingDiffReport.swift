import HomeportCore
import HomeportRuntime
import HomeportTap

/// What is different between two recordings, for people.
struct RecordingDiffReport {
    private let diff: RecordingDiff

    init(_ diff: RecordingDiff) { self.diff = diff }

    func write(to out: Terminal) {
        for change in diff.changes {
            let name =
                out.styled(change.kind.rawValue, style(change.kind))
                + String(repeating: " ", count: 8 - change.kind.rawValue.count)
            out.write("\(name)\(change.method.harmless) \(change.path.harmless)  \(text(change))\n")
            for one in change.changes ?? [] { one.write(to: out) }
        }
        let same = diff.compared - Set(diff.changes.map { "\($0.method) \($0.path)" }).count
        out.write(out.styled("\(same) of \(diff.compared) methods and paths are as they were", .dim) + "\n")
        if diff.left > 0 { out.write("\(diff.left) requests have too many different paths to be compared\n") }
    }

    private func style(_ kind: RecordingDiff.Change.Kind) -> Terminal.Style {
        switch kind {
        case .new, .faster: .green
        case .gone, .changed: .yellow
        case .slower: .red
        }
    }

    private func text(_ change: RecordingDiff.Change) -> String {
        func time(_ milliseconds: Double?) -> String {
            AccessLog.time(.nanoseconds(Int64((milliseconds ?? 0) * 1_000_000)))
        }
        switch change.kind {
        case .new: return "\(change.after)×"
        case .gone: return "\(change.before)×"
        case .changed: return "\(change.differing ?? 0) of \(min(change.before, change.after))"
        case .slower, .faster:
            return
                "p50 \(time(change.tookBefore)) → \(time(change.tookAfter))  (\(change.before)× and \(change.after)×)"
        }
    }
}
