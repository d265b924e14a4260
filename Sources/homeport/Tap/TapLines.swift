import HomeportControl
import HomeportCore
import Synchronization

/// Prints exchanges as they are told of: each once it has ended, and those that last once while they do.
final class TapLines: Sendable {
    private let json: Bool
    private let project: String?
    private let line: TapLine
    /// Those that were shown and had not ended.
    private let lasting = Mutex(Set<UInt64>())

    init(json: Bool, project: String?) {
        (self.json, self.project) = (json, project)
        line = TapLine(terminal: .output, project: project)
    }

    private struct Object: Encodable {
        var project: String?
        var row: TapRowMessage

        func encode(to encoder: any Encoder) throws {
            try row.encode(to: encoder)
            var keys = encoder.container(keyedBy: Key.self)
            try keys.encodeIfPresent(project, forKey: .project)
        }

        private enum Key: String, CodingKey {
            case project
        }
    }

    func write(_ row: TapRowMessage) {
        let isNew = lasting.withLock { row.live ? $0.insert(row.id).inserted : $0.remove(row.id) != nil || true }
        guard isNew else { return }
        guard json else { return Terminal.output.write(line.text(row) + "\n") }
        if let text = try? Object(project: project, row: row).json { Terminal.output.write(text + "\n") }
    }
}
