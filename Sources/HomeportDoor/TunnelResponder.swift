package import HomeportHTTP
package import HomeportNet
import NIOCore

/// Answers CONNECT, for the names of services alone: a way through the door for clients that cannot look `*.localhost` up.
///
/// What goes to a service of HTTP comes out where it went in: the connection goes on, and its next request is a request like
/// any other. Any other service is reached at its place.
package final class TunnelResponder: Responder {
    package enum Way: Sendable {
        case here
        /// To whom it lets in.
        case to(any Dialer, admission: @Sendable (Peer) -> Admission)
    }

    /// By host.
    private let ways: [String: Way]

    package init(_ ways: [String: Way]) { self.ways = ways }

    package func respond(to head: RequestHead, _ exchange: any Exchange) {
        let host = head.with(head.authority) { $0.extracting(Authority.name(of: $0)).string.lowercased() }
        switch ways[host] {
        case .here: exchange.answer(Self.established, nil)
        case .to(let dialer, let admission):
            switch admission(exchange.peer) {
            case .open: break
            case .admitted(let who): exchange.observer?.judged("allowed: \(who)")
            case .refused(let why):
                exchange.observer?.judged("refused: \(why)")
                return exchange.refuse(Refusal(403, "access.stranger", why))
            }
            join(exchange, to: dialer)
        case nil:
            exchange.refuse(
                Refusal(403, "tunnel.unknown", "CONNECT leads to the services behind this door, and to nothing else")
            )
        }
    }

    private func join(_ exchange: any Exchange, to dialer: any Dialer) {
        let loop = exchange.loop.loop
        exchange.observer?.upstream(.dials)
        let bound = NIOLoopBound((exchange: exchange, far: TunnelEnd(), client: Client()), eventLoop: loop)
        exchange.onClosed = { bound.value.client.isGone = true }
        dialer.dial(on: loop) { try $0.pipeline.syncOperations.addHandler(bound.value.far) }.whenComplete { result in
            let (exchange, far, client) = bound.value
            switch result {
            case .failure(let error):
                let why = "the service cannot be reached: \(DialFailure.text(error))"
                exchange.refuse(Refusal(502, "proxy.unreachable", why))
            case .success(let service):
                let peer = Peer(of: service)
                let conditions = ConditionProbe.source(of: service)
                exchange.observer?.upstream(.connected(peer, isReused: false, through: conditions))
                guard !client.isGone, let near = exchange.takeOver(Self.established) else {
                    return service.close(promise: nil)
                }
                do { try Tunnel.join(near.channel, near.rest, to: far, observer: near.observer) } catch {
                    near.observer?.ended(isBroken: true)
                    near.channel.close(promise: nil)
                    service.close(promise: nil)
                }
            }
        }
    }

    private static let established = ResponseHead(
        200,
        body: .none,
        block: ByteBuffer(staticString: "HTTP/1.1 200 Connection Established\r\n"),
        hasDate: false
    )

    private final class Client {
        var isGone = false
    }
}
