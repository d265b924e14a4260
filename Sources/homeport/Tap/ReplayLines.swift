import HomeportCore
import HomeportHTTP
import HomeportRuntime
import Synchronization

/// What came of requests that were made once more, a line each, and of all of them together.
final class ReplayLines: Sendable {
    private struct Sum {
        var statuses: [Int: Int] = [:]
        var took: [Double] = []
        var failures = 0
    }

    private struct Line: Encodable {
        var id: UInt64
        /// Of the answer; 0 where there was none.
        var status: Int
        var before: Int
        /// Milliseconds.
        var took: Double?
        var tookBefore: Double?
        var bytes: Int64?
        /// Its number in the record, where it has passed there again.
        var now: UInt64?
        var error: String?

        enum CodingKeys: String, CodingKey {
            case id, status, before, took, bytes, now, error
            case tookBefore = "took_before"
        }
    }

    private let json: Bool
    private let sum = Mutex(Sum())

    init(json: Bool) { self.json = json }

    var failures: Int { sum.withLock(\.failures) }

    /// - Parameter number: In the record, of what was asked now.
    func write(
        _ request: ReplayedRequest,
        _ result: Result<SingleRequest.Answer, SingleRequest.Failure>,
        _ number: UInt64?
    ) {
        var line = Line(id: request.id, status: 0, before: request.status, tookBefore: request.took, now: number)
        switch result {
        case .success(let answer):
            line.status = answer.status
            line.took = Double(answer.took.wholeNanoseconds / 1000) / 1000
            line.bytes = answer.bytes
        case .failure(let failure): line.error = failure.text
        }
        sum.withLock { sum in
            sum.statuses[line.status, default: 0] += 1
            if let took = line.took { sum.took.append(took) } else { sum.failures += 1 }
        }
        if json {
            if let text = try? line.json { Terminal.output.write(text + "\n") }
        } else {
            Terminal.output.write(text(line, request) + "\n")
        }
    }

    private func text(_ line: Line, _ request: ReplayedRequest) -> String {
        let out = Terminal.output
        func time(_ milliseconds: Double?) -> String {
            milliseconds.map { AccessLog.time(.nanoseconds(Int64($0 * 1_000_000))) } ?? "…"
        }
        let start = out.styled("#\(line.id)", .dim) + " " + request.line.harmless + "  "
        if let error = line.error { return start + out.styled(error.harmless, .red) }
        let before = line.before == 0 ? "---" : "\(line.before)"
        let status = line.before == line.status ? "\(line.status)" : "\(before) → \(line.status)"
        let style: Terminal.Style = line.before == line.status ? .plain : .yellow
        return start + out.styled(status, style) + "  \(time(line.tookBefore)) → \(time(line.took))  "
            + AccessLog.size(line.bytes ?? 0) + (line.now.map { out.styled("  now #\($0)", .dim) } ?? "")
    }

    func writeSum() {
        let sum = sum.withLock { $0 }
        let took = sum.took.sorted()
        func share(_ part: Double) -> String {
            AccessLog.time(.nanoseconds(Int64((took.percentile(part) ?? 0) * 1_000_000)))
        }
        let statuses = sum.statuses.sorted { $0.key < $1.key }.map {
            "\($0.value)× \($0.key == 0 ? "no answer" : "\($0.key)")"
        }
        var text = statuses.joined(separator: ", ")
        if !took.isEmpty { text += "; p50 \(share(0.5)), p95 \(share(0.95)), longest \(share(1))" }
        Terminal.output.write(Terminal.output.styled(text, .bold) + "\n")
    }
}
