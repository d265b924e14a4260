import HomeportNet
import Synchronization

/// What a project's programs have said lately, each within its own bound.
package final class ProgramLog: Sendable {
    package struct Line: Sendable, Codable, Equatable {
        /// Counts up over all programs.
        package var number: UInt64
        package var service: String
        /// Milliseconds since 1970.
        package var time: Int64
        package var text: String

        package init(number: UInt64, service: String, time: Int64, text: String) {
            (self.number, self.service, self.time, self.text) = (number, service, time, text)
        }
    }

    /// Bytes that are kept of one program.
    private let bound: Int
    private let state = Mutex(State())
    /// One for each line.
    private let changes = Changes()

    private struct Kept {
        var lines: [Line] = []
        /// Those before it are given up, and cleared away by and by.
        var first = 0
        var bytes = 0
    }

    private struct State {
        var kept: [String: Kept] = [:]
        var last: UInt64 = 0
    }

    package init(bound: Int = 256 << 10) { self.bound = bound }

    package func add(_ text: String, by service: String) {
        let time = WallClock.now / 1_000_000
        state.withLock { state in
            state.last += 1
            let line = Line(number: state.last, service: service, time: time, text: text)
            Self.keep(line, in: &state.kept[service, default: Kept()], bound)
        }
        changes.tell()
    }

    /// Beside its text, a line has a cost of its own.
    private static func cost(_ line: Line) -> Int { line.text.utf8.count + 64 }

    private static func keep(_ line: Line, in kept: inout Kept, _ bound: Int) {
        kept.lines.append(line)
        kept.bytes += cost(line)
        while kept.bytes > bound, kept.first < kept.lines.count - 1 {
            kept.bytes -= cost(kept.lines[kept.first])
            kept.lines[kept.first].text = ""
            kept.first += 1
        }
        if kept.first > 256, kept.first * 2 > kept.lines.count {
            kept.lines.removeFirst(kept.first)
            kept.first = 0
        }
    }

    /// - Parameter service: Nil for all.
    /// - Returns: The lines after `number` that are still there, at most `limit`, and the number to ask with the next time.
    package func lines(of service: String?, after number: UInt64, limit: Int = 5000) -> (lines: [Line], next: UInt64) {
        state.withLock { state in
            var found: [Line] = []
            for (name, kept) in state.kept where service == nil || name == service {
                found += kept.lines[kept.first...].drop { $0.number <= number }
            }
            found.sort { $0.number < $1.number }
            if found.count > limit {
                found.removeSubrange(limit...)
                return (found, found[limit - 1].number)
            }
            return (found, max(number, state.last))
        }
    }

    /// The last lines of one program.
    package func tail(of service: String, _ count: Int) -> [String] {
        state.withLock { state in
            guard let kept = state.kept[service] else { return [] }
            return kept.lines[kept.first...].suffix(count).map(\.text)
        }
    }

    /// Returns when there may be a line after `number`, or the time is up.
    package func wait(after number: UInt64, within time: Duration) async {
        await changes.wait(after: number, within: time)
    }

    /// One that is no longer part of the project.
    package func forget(_ service: String) { state.withLock { $0.kept[service] = nil } }
}
