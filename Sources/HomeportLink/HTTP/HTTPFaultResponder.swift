import HomeportHTTP
import HomeportNet
import NIOCore

/// Passes the requests of one connection on, but for those that are to go wrong.
final class HTTPFaultResponder: Responder, ConditionSource {
    private let faults: HTTPFaults
    private let connection: UInt64
    private let target: NIOLoopBound<ClientConnection>
    /// How many requests have come.
    private let number: NIOLoopBoundBox<UInt64>
    private let hits: NIOLoopBoundBox<ConditionHits>

    /// - Parameters:
    ///   - connection: The link's.
    ///   - target: All that leads there.
    init(_ faults: HTTPFaults, of connection: UInt64, to target: NIOLoopBound<ClientConnection>) {
        (self.faults, self.connection, self.target) = (faults, connection, target)
        number = NIOLoopBoundBox(0, eventLoop: target.eventLoop)
        hits = NIOLoopBoundBox(ConditionHits(), eventLoop: target.eventLoop)
        target.value.onIdle = { _ in }
    }

    func respond(to head: RequestHead, _ exchange: any Exchange) {
        number.value += 1
        let request = HTTPFaults.Request(
            connection: connection,
            number: number.value,
            method: head.methodText,
            path: head.path.isEmpty ? head.targetText : head.text(head.path)
        ) { name in head.fields.lines.filter { head.fields.isNamed($0, name) }.map { head.text($0.valueRange) } }
        let effect = hit(faults.effect(on: request)) ?? HTTPFaults.Effect()
        guard effect.delay > 0 else { return meet(effect, head, exchange) }
        let bound = NIOLoopBound((self, head, exchange), eventLoop: target.eventLoop)
        let held = target.eventLoop.scheduleTask(in: .nanoseconds(Int64(clamping: effect.delay))) {
            let (responder, head, exchange) = bound.value
            responder.meet(effect, head, exchange)
        }
        exchange.onClosed = { held.cancel() }
    }

    /// Fields that say where an answer ends are ours.
    private static let framing: Set<String> = ["content-length", "transfer-encoding", "connection"]

    private func hit(_ effect: HTTPFaults.Effect?) -> HTTPFaults.Effect? {
        guard let effect else { return nil }
        var hit = ConditionHit(link: faults.link, condition: "http", isUp: effect.isOfRequest)
        (hit.hits, hit.longest) = (1, effect.delay)
        hits.value.add(hit)
        return effect
    }

    var upstream: Peer? { target.value.conditions?.upstream ?? target.value.peer }

    func takeHits(into hits: inout ConditionHits) {
        for hit in self.hits.value.all { hits.add(hit) }
        self.hits.value.removeAll()
        target.value.conditions?.takeHits(into: &hits)
    }

    private func meet(_ effect: HTTPFaults.Effect, _ head: RequestHead, _ exchange: any Exchange) {
        if let (status, text) = effect.answer {
            let hasBody = ![204, 304].contains(status)
            var answer = ResponseHead(status, body: hasBody ? .length(Int64(text.utf8.count)) : .none)
            let sets = effect.answerEdits.compactMap {
                if case .set(let name, let value) = $0 { (name, value) } else { nil }
            }
            if hasBody, !sets.contains(where: { $0.0.lowercased() == "content-type" }) {
                answer.add("Content-Type", "text/plain; charset=utf-8")
            }
            for (name, value) in sets where !Self.framing.contains(name.lowercased()) { answer.addIfClean(name, value) }
            return exchange.answer(answer, ByteBuffer(string: text))
        }
        guard !target.value.isClosed else { return exchange.abort() }
        let forwarding = Forwarding(head, exchange, HTTPFaultForwarding(effect))
        forwarding.send(HTTPFaultForwarding.head(head, effect.requestEdits), on: target.value)
    }
}
