import HomeportConditions
import HomeportCore
import HomeportNet
import Synchronization

/// Files of recorded links. What was read is kept as long as the file is the same.
enum TraceFile {
    private struct Kept {
        let version: FileVersion
        let trace: DeliveryTrace
    }

    private static let kept = Mutex<[String: Kept]>([:])
    private static let mostKept = 16
    private static let largest = 16 << 20

    /// - Throws: ``HomeportError`` that names the line.
    static func load(_ path: String) throws(HomeportError) -> DeliveryTrace {
        guard path.hasPrefix("/"), !path.utf8.contains(0) else {
            throw HomeportError(.badValue, "\"\(path)\" is no absolute path", fix: "begin it with /")
        }
        let known = kept.withLock { $0[path] }
        guard let version = FileVersion(of: path) else {
            // What a link follows already it goes on following.
            if let known { return known.trace }
            throw HomeportError(
                .unreadable,
                "there is no file \(path)",
                fix: "name a trace, one millisecond in each line"
            )
        }
        if let known, known.version == version { return known.trace }
        // Files of the kernel's own have no size, and reading them can wait for ever.
        guard version.size > 0 else {
            throw HomeportError(.badValue, "the trace is empty", where: path, fix: "write one millisecond in each line")
        }
        guard version.size <= largest else {
            throw HomeportError(.badValue, "the trace has more than 16 MiB", where: path, fix: "take a part of it")
        }
        guard let bytes = SmallFile.bytes(path, limit: Int(version.size)) else {
            throw HomeportError(.unreadable, "the trace cannot be read", where: path)
        }
        let trace = try parse(bytes, path)
        kept.withLock { kept in
            if kept.count >= mostKept { kept = [:] }
            kept[path] = Kept(version: version, trace: trace)
        }
        return trace
    }

    static func parse(_ bytes: [UInt8], _ path: String) throws(HomeportError) -> DeliveryTrace {
        var moments: [UInt64] = []
        var line = 0
        for part in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            line += 1
            let text = String(decoding: part.last == UInt8(ascii: "\r") ? part.dropLast() : part, as: UTF8.self)
            func wrong(_ what: String) -> HomeportError {
                HomeportError(
                    .badValue,
                    what,
                    where: "\(path):\(line)",
                    fix: "each line is a whole number of milliseconds"
                )
            }
            // What ends with a line break has nothing after it.
            if text.isEmpty, part.endIndex == bytes.endIndex, !moments.isEmpty { break }
            guard let milliseconds = UInt64(text), milliseconds <= 86_400_000 else {
                throw wrong(text.isEmpty ? "a line is empty" : "\"\(text.prefix(40))\" is no time in a trace")
            }
            let moment = milliseconds * 1_000_000
            if let last = moments.last, moment < last { throw wrong("\(text) comes after a later time") }
            moments.append(moment)
        }
        guard let trace = DeliveryTrace(moments: moments) else {
            throw HomeportError(.badValue, "the trace has no time later than 0", where: path, fix: "add one")
        }
        return trace
    }
}
