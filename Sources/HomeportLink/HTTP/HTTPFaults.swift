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
    }

    enum Edit {
        case set(String, String)
        case remove(String)
    }

    private struct State {
        /// How many requests each fault has matched, and met.
        var matched: [UInt64]
        var met: [UInt64]
    }

    private let faults: [HTTPFault]
    private let draws: Draws
    private let state: Mutex<State>

    init(_ faults: [HTTPFault], draws: Draws) {
        self.faults = faults
        self.draws = draws
        let none = [UInt64](repeating: 0, count: faults.count)
        state = Mutex(State(matched: none, met: none))
    }

    /// Requests that each fault has met.
    var status: [LinkStatus.Fault] {
        zip(faults, state.withLock(\.met)).map { LinkStatus.Fault(fault: $0.text, requests: $1) }
    }

    /// - Parameter fields: The values of a field, by its name in any case.
    func effect(method: String, path: String, fields: (String) -> [String]) -> Effect? {
        var effect: Effect?
        for (index, fault) in faults.enumerated() where fault.matches(method: method, path: path, fields: fields) {
            guard meets(index, fault) else { continue }
            effect = Self.adding(fault, to: effect ?? Effect())
        }
        return effect
    }

    private func meets(_ index: Int, _ fault: HTTPFault) -> Bool {
        state.withLock { state in
            state.matched[index] += 1
            let number = state.matched[index]
            if let first = fault.first, number > first { return false }
            if let every = fault.every, number % every != 0 { return false }
            if let share = fault.share, draws.of(UInt64(index)).uniform(at: number) >= share.fraction { return false }
            state.met[index] += 1
            return true
        }
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
