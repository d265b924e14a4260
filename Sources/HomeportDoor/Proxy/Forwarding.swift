import HomeportHTTP
import HomeportNet
import NIOCore

/// One request on its way to a server, and its answer on the way back.
final class Forwarding: ResponseReceiver {
    private let head: RequestHead
    private let exchange: any Exchange
    private let pool: ClientPool
    private var connection: ClientConnection?
    /// Whether the connection has served others, so that its server may have given it up.
    private var isReused = false
    private var isOver = false
    private var takesBody = false
    private var patience: Scheduled<Void>?

    init(_ head: RequestHead, _ exchange: any Exchange, _ pool: ClientPool) {
        (self.head, self.exchange, self.pool) = (head, exchange, pool)
    }

    func start() {
        exchange.onClosed = { self.clientIsGone() }
        if let connection = pool.take() {
            isReused = true
            send(on: connection)
        } else {
            dial()
        }
    }

    private func dial() {
        isReused = false
        pool.dial().assumeIsolated().whenComplete { result in
            switch result {
            case .success(let connection):
                if self.isOver { connection.close() } else { self.send(on: connection) }
            case .failure(let error): self.fails(.unreachable(error))
            }
        }
    }

    private func send(on connection: ClientConnection) {
        self.connection = connection
        connection.begin(ForwardedRequest.head(head, from: exchange.peer), head.method, head.body, self)
        guard head.body != .none else { return }
        guard head.expectsContinue else { return takeBody() }
        // A server that does not know what is expected of it waits for the body, as the client does for the server.
        let loop = exchange.loop.loop
        let bound = NIOLoopBound(self, eventLoop: loop)
        patience = loop.scheduleTask(in: Self.longestExpectation) { bound.value.takeBody() }
    }

    private static let longestExpectation = TimeAmount.seconds(1)

    private func takeBody() {
        guard !takesBody, !isOver else { return }
        takesBody = true
        exchange.onBody = { part in
            guard let connection = self.connection else { return }
            switch part {
            case .bytes(let bytes):
                connection.send(bytes)
                if connection.isCongested { self.exchange.isBodyPaused = true }
            case .end(let trailer): connection.finish(trailer: trailer)
            case .failed: self.clientIsGone()
            }
        }
    }

    func drained() { exchange.isBodyPaused = false }

    private func clientIsGone() {
        guard !isOver else { return }
        over()
        connection?.close()
        connection = nil
    }

    private func over() {
        isOver = true
        patience?.cancel()
        patience = nil
    }

    // MARK: The answer

    func together(_ body: () -> Void) { exchange.together(body) }

    func informed(_ head: ReceivedHead) {
        if head.status == 100 { takeBody() } else { exchange.inform(ForwardedAnswer.interim(head)) }
    }

    func begins(_ head: ReceivedHead) {
        patience?.cancel()
        exchange.begin(ForwardedAnswer.head(head))
    }

    func received(_ bytes: ByteBuffer) {
        exchange.send(bytes)
        guard exchange.isCongested, let connection else { return }
        connection.isPaused = true
        exchange.onDrained = { connection.isPaused = false }
    }

    func ends(trailer: ByteBuffer?) {
        over()
        connection = nil
        exchange.end(trailer: trailer)
    }

    func switches(_ head: ReceivedHead, _ channel: any Channel, rest: ByteBuffer) {
        over()
        connection = nil
        guard let client = exchange.takeOver(ForwardedAnswer.head(head)) else { return channel.close(promise: nil) }
        do { try Tunnel.join(client.channel, client.rest, to: channel, rest) } catch {
            client.channel.close(promise: nil)
            channel.close(promise: nil)
        }
    }

    func fails(_ failure: ClientFailure) {
        connection = nil
        guard !isOver else { return }
        // Its server had given the connection up before it saw the request: nothing was done that could be done twice.
        if case .noAnswer = failure, isReused, head.method.isSafe, head.body == .none { return dial() }
        over()
        exchange.isBegun ? exchange.abort() : exchange.refuse(Self.refusal(failure))
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
