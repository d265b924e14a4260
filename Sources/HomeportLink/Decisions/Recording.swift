import HomeportConditions
package import HomeportCore

/// A decision log that was read: what was done to each connection of a link, to be done again.
package struct Recording: Sendable, Equatable {
    /// One line of the log.
    package struct Line: Sendable, Codable {
        package var link: String
        package var target: String?
        package var transport: String?
        package var connection: UInt64?
        package var direction: String?
        package var condition: String?
        package var place: Int?
        package var offset: UInt64?
        package var bytes: UInt64?
        package var end: Bool?
        package var what: String?
        package var ms: Double?
        package var byte: UInt64?
        package var mask: UInt8?
        /// Of the connection, counted from 1, and what went wrong with it.
        package var request: UInt64?
        package var fault: [String: String]?
        /// Lines that were lost, since they came faster than they could be written.
        package var lost: Int?
    }

    /// What one condition did, in one direction, by connection.
    struct Part: Sendable, Equatable {
        let word: String
        let scripts: [UInt64: Replay.Script]

        static func == (a: Part, b: Part) -> Bool {
            a.word == b.word && a.scripts.mapValues(ObjectIdentifier.init) == b.scripts.mapValues(ObjectIdentifier.init)
        }
    }

    /// What goes wrong with requests: by connection, and by request within it.
    typealias Requests = [UInt64: [UInt64: [HTTPFaults.Met]]]

    package let link: String
    package let target: String?
    package let transport: String?
    /// In the order in which bytes pass them.
    let up: [Part]
    let down: [Part]
    let requests: Requests
    package let connections: Int

    /// - Parameter name: The link that is meant; nil where the log is of one alone.
    /// - Throws: ``HomeportError`` where there is no such link, or a line makes no sense.
    package init(_ lines: [Line], link name: String?) throws(HomeportError) {
        if let lost = lines.lazy.compactMap(\.lost).first {
            throw HomeportError(
                .badValue,
                "\(lost) decisions are missing in the log",
                fix: "record it again, at less traffic"
            )
        }
        let names = Set(lines.map(\.link))
        guard let link = name ?? names.first, names.contains(link), name != nil || names.count == 1 else {
            let known = names.sorted().joined(separator: ", ")
            if let name { throw HomeportError(.badValue, "the log has no link \(name)", fix: "it has: \(known)") }
            if names.isEmpty { throw HomeportError(.badValue, "the log is empty") }
            throw HomeportError(.badValue, "the log has several links", fix: "name one with --link: \(known)")
        }
        self.link = link
        var parts: [String: [Int: (word: String, entries: [UInt64: [Replay.Entry]])]] = [:]
        var requests: Requests = [:]
        var connections: Set<UInt64> = []
        var (target, transport) = (nil as String?, nil as String?)
        for (index, line) in lines.enumerated() where line.link == link {
            func wrong(_ what: String) -> HomeportError {
                HomeportError(.badValue, "line \(index + 1): \(what)", fix: "mend it, or leave it out")
            }
            if let to = line.target { (target, transport) = (to, line.transport) }
            guard let connection = line.connection, let direction = line.direction, let place = line.place else {
                continue
            }
            guard ["up", "down"].contains(direction), connection > 0, (0..<10_000).contains(place) else {
                throw wrong("there is no such connection, direction or place")
            }
            if let request = line.request {
                guard request > 0, let fault = line.fault, let fault = try? HTTPFault(words: fault.map { ($0, $1) })
                else {
                    throw wrong("the fault makes no sense")
                }
                connections.insert(connection)
                requests[connection, default: [:]][request, default: []].append(
                    HTTPFaults.Met(place: place, fault: fault)
                )
                continue
            }
            guard let entry = Self.entry(line), entry.what != .twice || transport == "udp" else {
                throw wrong("\"\(line.what ?? "nothing")\", as it stands there, cannot be repeated")
            }
            connections.insert(connection)
            parts[direction, default: [:]][place, default: (line.condition ?? "?", [:])]
                .entries[connection, default: []].append(entry)
        }
        for part in transport == "udp" ? [] : parts.values.flatMap(\.values) {
            for entries in part.entries.values { try Self.check(entries) }
        }
        func row(_ direction: String) -> [Part] {
            (parts[direction] ?? [:]).sorted { $0.key < $1.key }
                .map { Part(word: $0.value.word, scripts: $0.value.entries.mapValues { Replay.Script($0) }) }
        }
        (up, down, self.requests) = (row("up"), row("down"), requests)
        (self.target, self.transport, self.connections) = (target, transport, connections.count)
    }

    /// Of one condition, one thing is said of each byte.
    private static func check(_ entries: [Replay.Entry]) throws(HomeportError) {
        var end: UInt64 = 0
        for entry in entries.sorted(by: { $0.offset < $1.offset }) where !entry.isEnd {
            switch entry.what {
            case .delay, .discard:
                guard entry.offset >= end else {
                    throw HomeportError(.badValue, "two decisions are about the byte \(entry.offset) of one connection")
                }
                end = entry.offset + entry.count
            case .flip, .piece, .twice, .end: break
            }
        }
    }

    private static func entry(_ line: Line) -> Replay.Entry? {
        let time = line.ms.flatMap { $0 >= 0 && $0 < 1e12 ? UInt64(($0 * 1e6).rounded()) : nil }
        let what: Decision.What
        switch line.what {
        case "delay":
            guard let time else { return nil }
            what = .delay(time)
        case "discard": what = .discard
        case "piece": what = .piece
        case "twice": what = .twice
        case "flip":
            guard let byte = line.byte, byte < 1 << 62, let mask = line.mask else { return nil }
            what = .flip(offset: byte, mask: mask)
        case "reset", "close":
            guard let time else { return nil }
            what = .end(line.what == "reset" ? .reset : .close, after: time)
        default: return nil
        }
        let (offset, count) = (line.offset ?? 0, line.bytes ?? 0)
        guard offset < 1 << 62, count < 1 << 40 else { return nil }
        return Replay.Entry(offset: offset, count: count, isEnd: line.end ?? false, what: what)
    }
}
