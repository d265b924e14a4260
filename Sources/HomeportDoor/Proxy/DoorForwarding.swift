import HomeportHTTP
import HomeportNet
import NIOCore

/// How the door passes a request on to a service.
final class DoorForwarding: ForwardingRules {
    private let pool: ClientPool
    /// Whether the connection has served others, so that its server may have given it up.
    private var isReused = false

    init(_ pool: ClientPool) { self.pool = pool }

    func start(_ forwarding: Forwarding) {
        guard let connection = pool.take() else { return dial(forwarding) }
        isReused = true
        send(forwarding, on: connection)
    }

    private func dial(_ forwarding: Forwarding) {
        isReused = false
        pool.dial().assumeIsolated().whenComplete { result in
            switch result {
            case .success(let connection): self.send(forwarding, on: connection)
            case .failure(let error): forwarding.fails(.unreachable(error))
            }
        }
    }

    private func send(_ forwarding: Forwarding, on connection: ClientConnection) {
        forwarding.send(ForwardedRequest.head(forwarding.head, from: forwarding.exchange.peer), on: connection)
    }

    func answer(_ head: ReceivedHead) -> ResponseHead { ForwardedAnswer.head(head) }

    func interim(_ head: ReceivedHead) -> ByteBuffer { ForwardedAnswer.interim(head) }

    /// Where its server had given the connection up before it saw the request, nothing was done that could be done twice.
    func tryAgain(_ forwarding: Forwarding, after failure: ClientFailure) -> Bool {
        let head = forwarding.head
        guard case .noAnswer = failure, isReused, head.method.isSafe, head.body == .none else { return false }
        dial(forwarding)
        return true
    }

    func refuse(_ exchange: any Exchange, _ failure: ClientFailure) {
        if exchange.isBegun { exchange.abort() } else { exchange.refuse(Self.refusal(failure)) }
    }

    private static func refusal(_ failure: ClientFailure) -> Refusal {
        switch failure {
        case .unreachable(let error):
            Refusal(502, "proxy.unreachable", "the service cannot be reached: \(DialFailure.text(error))")
        case .noAnswer: Refusal(502, "proxy.no-answer", "the service ended the connection without an answer")
        case .cutShort:
            Refusal(502, "proxy.cut-short", "the service ended the connection in the middle of its answer's head")
        case .malformed(let refusal):
            Refusal(502, "proxy.malformed", "the service's answer makes no sense: \(refusal.detail)")
        }
    }
}
