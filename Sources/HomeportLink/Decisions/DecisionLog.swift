import HomeportConditions
import HomeportCore
import NIOCore

/// What conditions decide, told as one object of JSON a line: the first of a link says what it is, each further one what
/// was done to some bytes or to a datagram. With equal seeds and equal traffic it is the same, but for `at`, and for the
/// times of conditions that wait for each other, such as a rate.
package struct DecisionLog: Sendable {
    private let write: @Sendable (String) -> Void
    private let began = NIODeadline.now().uptimeNanoseconds

    /// - Parameter write: Takes a line, without its end, from any thread.
    package init(write: @escaping @Sendable (String) -> Void) { self.write = write }

    func begin(_ link: String, target: String, seed: UInt64, transport: String) {
        var line = "{\"link\":"
        line.appendJSON(link)
        line += ",\"target\":"
        line.appendJSON(target)
        write(line + ",\"transport\":\"\(transport)\",\"seed\":\(seed)}")
    }

    func tell(_ decision: Decision, _ lane: LaneLog, _ stage: (word: String, place: Int)) {
        var line = lane.head
        line += ",\"condition\":"
        line.appendJSON(stage.word)
        line += ",\"place\":\(stage.place)"
        line += ",\"offset\":\(decision.offset),\"bytes\":\(decision.count)"
        if decision.isEnd { line += ",\"end\":true" }
        switch decision.what {
        case .delay(let time): line += ",\"what\":\"delay\",\"ms\":\(Self.milliseconds(time))"
        case .discard: line += ",\"what\":\"discard\""
        case .flip(let offset, let mask): line += ",\"what\":\"flip\",\"byte\":\(offset),\"mask\":\(mask)"
        case .piece: line += ",\"what\":\"piece\""
        case .twice: line += ",\"what\":\"twice\""
        case .end(let how, let after):
            line += ",\"what\":\"\(how == .reset ? "reset" : "close")\",\"ms\":\(Self.milliseconds(after))"
        }
        write(line + at(decision.entered))
    }

    /// What becomes of a request of HTTP.
    func tell(_ met: HTTPFaults.Met, _ link: String, _ request: HTTPFaults.Request) {
        var line = "{\"link\":"
        line.appendJSON(link)
        line +=
            ",\"connection\":\(request.connection),\"direction\":\"up\",\"condition\":\"http\",\"place\":\(met.place)"
        line += ",\"request\":\(request.number),\"what\":\"fault\",\"fault\":\(String(json: met.fault.doing))"
        if let delay = met.fault.delay { line += ",\"ms\":\(Self.milliseconds(delay.nanoseconds))" }
        write(line + at(NIODeadline.now().uptimeNanoseconds))
    }

    /// The end of a line: when it was, to the microsecond.
    private func at(_ instant: Instant) -> String {
        ",\"at\":\(Self.milliseconds((instant - min(began, instant)) / 1000 * 1000))}"
    }

    /// Exactly, to the nanosecond.
    private static func milliseconds(_ nanoseconds: UInt64) -> String {
        let (whole, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000)
        if rest == 0 { return "\(whole)" }
        let digits = String(rest)
        return "\(whole)." + String(repeating: "0", count: 6 - digits.count) + digits
    }
}

/// What one direction of a connection, or of a flow, tells.
struct LaneLog {
    private let log: DecisionLog
    let head: String
    /// The conditions that are there, and those that were just before, by their keys.
    private var stages: [UInt64: (word: String, place: Int)] = [:]
    private var present: [UInt64: (word: String, place: Int)] = [:]

    init(_ log: DecisionLog, link: String, connection: UInt64, _ direction: LinkProfile.Direction) {
        self.log = log
        var head = "{\"link\":"
        head.appendJSON(link)
        self.head = head + ",\"connection\":\(connection),\"direction\":\"\(direction)\""
    }

    mutating func become(_ way: LinkProfile.Way) {
        let before = present
        present = Dictionary(way.stages.enumerated().map { ($1.key, ($1.word, $0)) }) { one, _ in one }
        stages = before.merging(present) { _, now in now }
    }

    func tell(_ decisions: [Decision]) {
        for decision in decisions { log.tell(decision, self, stages[decision.key] ?? ("?", 0)) }
    }
}
