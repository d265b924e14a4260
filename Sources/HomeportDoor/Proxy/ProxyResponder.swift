package import HomeportHTTP
package import HomeportNet
import NIOCore

/// Hands requests on to a server of its own, and its answers back: the reverse proxy.
package final class ProxyResponder: Responder {
    private let dialer: any Dialer
    private let service: ProxiedService
    private let pools: [NIOLoopBoundBox<ClientPool>]

    /// - Parameters:
    ///   - dialer: Leads to the server, perhaps through a link.
    ///   - service: Who that is.
    package init(_ dialer: any Dialer, to service: ProxiedService, loops: ServerLoops) async throws {
        self.service = service
        self.dialer = dialer
        pools = try await loops.onEach { NIOLoopBoundBox(ClientPool(dialer, on: $0.loop), eventLoop: $0.loop) }
    }

    package func leads(through other: some Dialer & AnyObject, to program: Program?) -> Bool {
        (dialer as AnyObject) === other && service.program === program
    }

    package func respond(to head: RequestHead, _ exchange: any Exchange) {
        guard Via.count(head.fields) < Self.mostTurns else {
            return exchange.refuse(
                Refusal(
                    508,
                    "proxy.loop",
                    "the request has been here \(Self.mostTurns) times: a service leads back to the door"
                )
            )
        }
        if MaxForwards(head)?.left == 0 { return answerAsLast(head, exchange) }
        let way = DoorForwarding(pools[exchange.loop.index].value, service)
        way.start(Forwarding(head, exchange, way))
    }

    /// To who asked this hop and no further.
    private func answerAsLast(_ head: RequestHead, _ exchange: any Exchange) {
        guard head.method == .options else {
            return exchange.refuse(Refusal(405, "proxy.trace", "a request's fields are shown to nobody"))
        }
        var answer = ResponseHead(204, body: .none)
        answer.add("Via", "1.1 homeport")
        exchange.answer(answer, ByteBuffer())
    }

    /// Ends the connections that wait, and each of the others after its answer: where it leads may have changed.
    package func letGo() async {
        for pool in pools { try? await pool.eventLoop.submit { pool.value.letGo() }.get() }
    }

    private static let mostTurns = 4
}
