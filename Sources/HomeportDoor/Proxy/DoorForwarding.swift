import HomeportHTTP
import HomeportNet
import NIOCore

/// How the door passes a request on to a service.
final class DoorForwarding: ForwardingRules {
    private let pool: ClientPool
    /// Whether the connection has served others, so that its server may have given it up.
    private var isReused = false

    private let service: ProxiedService
    private var head: RequestHead?

    init(_ pool: ClientPool, _ service: ProxiedService) {
        self.pool = pool
        self.service = service
    }

    func start(_ forwarding: Forwarding) {
        head = forwarding.head
        guard let connection = pool.take() else { return dial(forwarding) }
        isReused = true
        send(forwarding, on: connection)
    }

    private func dial(_ forwarding: Forwarding) {
        isReused = false
        forwarding.exchange.observer?.upstream(.dials)
        pool.dial().assumeIsolated().whenComplete { result in
            switch result {
            case .success(let connection): self.send(forwarding, on: connection)
            case .failure(let error): forwarding.fails(.unreachable(error))
            }
        }
    }

    private func send(_ forwarding: Forwarding, on connection: ClientConnection) {
        if let observer = forwarding.exchange.observer {
            observer.upstream(.connected(connection.peer, isReused: isReused, through: connection.conditions))
        }
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
        guard !exchange.isBegun, let head else { return exchange.abort() }
        ProxyTrouble.refuse(exchange, head, failure, by: service)
    }
}
