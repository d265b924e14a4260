import HomeportConditions
import HomeportCore
import Synchronization

/// The faults of a link at work: each request is told what becomes of it, and how often is counted.
final class HTTPFaults: Sendable {
    /// What becomes of one request: of all the faults that meet it, in their order.
    struct Effect {
        /// Held so long, in nanoseconds.
        var delay: UInt64 = 0
        var answer: (status: Int, body: String)?
        var requestEdits: [Edit] = []
        var answerEdits: [Edit] = []
        var truncate: UInt64?
        var corruptAt: [UInt64] = []
        /// Whether it befalls the request alone.
        var isOfRequest: Bool {
            answer == nil && answerEdits.isEmpty && truncate == nil && corruptAt.isEmpty
        }
    }

    enum Edit {
        case set(String, String)
        case remove(String)
    }

    /// A request as it came.
    struct Request {
        /// Of the link, and of the connection: both counted from 1.
        let connection: UInt64
        let number: UInt64
        let method: String
        let path: String
        /// The values of a field, by its name in any case.
        let fields: (String) -> [String]
    }

    /// A fault that has met a request, and its place in the link's list.
    struct Met: Sendable, Equatable {
        let place: Int
        let fault: HTTPFault
    }

    /// A fault, with how many requests it has matched, and met.
    private struct Working {
        let fault: HTTPFault
        var matched: UInt64 = 0
        var met: UInt64 = 0
    }

    let link: String
    private let draws: Draws
    private let log: DecisionLog?
    /// What is to be done again.
    private let script: Recording.Requests
    private let faults: Mutex<[Working]>

    init(_ faults: [HTTPFault], link: String, draws: Draws, script: Recording.Requests = [:], log: DecisionLog?) {
        (self.link, self.draws, self.script, self.log) = (link, draws, script, log)
        self.faults = Mutex(faults.map { Working(fault: $0) })
    }

    /// Whether all requests pass as they come.
    var isEmpty: Bool { script.isEmpty && faults.withLock(\.isEmpty) }

    /// Other faults from the next request on; one that was there before counts on.
    func become(_ faults: [HTTPFault]) {
        self.faults.withLock { old in
            guard old.map(\.fault) != faults else { return }
            var known = old
            old = faults.map { fault in
                known.firstIndex { $0.fault == fault }.map { known.remove(at: $0) } ?? Working(fault: fault)
            }
        }
    }

    /// Requests that each fault has met.
    var status: [LinkStatus.Fault] {
        faults.withLock { $0.map { LinkStatus.Fault(fault: $0.fault.text, requests: $0.met) } }
    }

    /// What becomes of a request; nil where it passes as it came.
    func effect(on request: Request) -> Effect? {
        var met = script[request.connection]?[request.number] ?? []
        faults.withLock { faults in
            for index in faults.indices where faults[index].fault.matches(request) {
                guard meets(&faults[index], request, draws.of(UInt64(index))) else { continue }
                met.append(Met(place: index, fault: faults[index].fault))
            }
        }
        guard !met.isEmpty else { return nil }
        if let log { for met in met { log.tell(met, link, request) } }
        return met.reduce(Effect()) { Self.adding($1.fault, to: $0) }
    }

    private func meets(_ working: inout Working, _ request: Request, _ draws: Draws) -> Bool {
        working.matched += 1
        if let first = working.fault.first, working.matched > first { return false }
        if let every = working.fault.every, working.matched % every != 0 { return false }
        // By connection and request, so that it does not depend on who comes in between.
        if let share = working.fault.share,
            draws.of(request.connection).uniform(at: request.number) >= share.fraction
        {
            return false
        }
        working.met += 1
        return true
    }

    private static func adding(_ fault: HTTPFault, to effect: Effect) -> Effect {
        var effect = effect
        effect.delay &+= fault.delay?.nanoseconds ?? 0
        if let status = fault.status, effect.answer == nil { effect.answer = (status, fault.body ?? "") }
        if let name = fault.removeRequest { effect.requestEdits.append(.remove(name)) }
        if let field = fault.setRequest { effect.requestEdits.append(.set(field.name, field.value ?? "")) }
        if let name = fault.remove { effect.answerEdits.append(.remove(name)) }
        if let field = fault.set { effect.answerEdits.append(.set(field.name, field.value ?? "")) }
        if let size = fault.truncate { effect.truncate = min(effect.truncate ?? .max, size.bytes) }
        effect.corruptAt += fault.corruptAt ?? []
        return effect
    }
}
