import HomeportNet
package import NIOCore

/// How a request's answer is passed on: as it came, unless said otherwise.
package protocol ForwardingRules: AnyObject {
    /// The answer's head as it is to reach the client.
    func answer(_ head: ReceivedHead) -> ResponseHead
    /// One before the final answer, whole.
    func interim(_ head: ReceivedHead) -> ByteBuffer
    /// A piece of the answer's body as it is to reach the client.
    /// - Returns: The piece, and whether the answer ends there.
    func pass(_ bytes: ByteBuffer) -> (bytes: ByteBuffer, isCut: Bool)
    /// Sends the request on another way, if that can be done.
    func tryAgain(_ forwarding: Forwarding, after failure: ClientFailure) -> Bool
    /// Tells the client that there is no answer, or no more of it.
    func refuse(_ exchange: any Exchange, _ failure: ClientFailure)
}

/// One request on its way to a server, and its answer on the way back.
package final class Forwarding: ResponseReceiver {
    package let head: RequestHead
    package let exchange: any Exchange
    private let rules: any ForwardingRules
    private var connection: ClientConnection?
    package private(set) var isOver = false
    private var takesBody = false
    private var patience: Scheduled<Void>?

    package init(_ head: RequestHead, _ exchange: any Exchange, _ rules: any ForwardingRules) {
        (self.head, self.exchange, self.rules) = (head, exchange, rules)
        exchange.onClosed = { self.clientIsGone() }
    }

    // MARK: The request

    /// - Parameter bytes: Its head, as it is to stand there.
    package func send(_ bytes: ByteBuffer, on connection: ClientConnection) {
        guard !isOver else { return connection.close() }
        self.connection = connection
        exchange.observer?.upstream(.asks(bytes))
        connection.begin(bytes, head.method, head.body, self)
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

    package func drained() { exchange.isBodyPaused = false }

    private func clientIsGone() {
        guard !isOver else { return }
        over()
        connection?.close()
        connection = nil
    }

    /// Nothing of it is awaited any more.
    private func over() {
        isOver = true
        patience?.cancel()
        patience = nil
    }

    // MARK: The answer

    package func together(_ body: () -> Void) { exchange.together(body) }

    package func informed(_ head: ReceivedHead) {
        // To take the body is what sends 100 to who waits for it.
        if head.status == 100, self.head.expectsContinue, !takesBody {
            takeBody()
        } else {
            exchange.inform(rules.interim(head))
        }
    }

    package func begins(_ head: ReceivedHead) {
        exchange.observer?.upstream(.answers(head.fields.bytes))
        patience?.cancel()
        var answer = rules.answer(head)
        // What is still to come of the request finds nobody: this is the connection's last answer.
        if connection?.isRequestWhole == false { answer.closes = true }
        exchange.begin(answer)
    }

    package func received(_ bytes: ByteBuffer) {
        let (bytes, isCut) = rules.pass(bytes)
        exchange.send(bytes)
        if isCut { return cut() }
        guard exchange.isCongested, let connection else { return }
        connection.isPaused = true
        exchange.onDrained = { connection.isPaused = false }
    }

    package func ends(trailer: ByteBuffer?) {
        over()
        connection = nil
        exchange.observer?.upstream(.answered)
        exchange.end(trailer: trailer)
    }

    package func switches(_ head: ReceivedHead, _ channel: any Channel, rest: ByteBuffer) {
        exchange.observer?.upstream(.answers(head.fields.bytes))
        over()
        connection = nil
        guard let client = exchange.takeOver(rules.answer(head)) else { return channel.close(promise: nil) }
        do { try Tunnel.join(client.channel, client.rest, to: channel, rest, observer: client.observer) } catch {
            client.observer?.ended(isBroken: true)
            client.channel.close(promise: nil)
            channel.close(promise: nil)
        }
    }

    package func fails(_ failure: ClientFailure) {
        connection = nil
        exchange.observer?.upstream(.failed(failure))
        guard !isOver, !rules.tryAgain(self, after: failure) else { return }
        over()
        rules.refuse(exchange, failure)
    }

    /// The answer ends here, as far as the client goes.
    private func cut() {
        over()
        connection?.close()
        connection = nil
        exchange.cut()
    }
}

extension ForwardingRules {
    package func answer(_ head: ReceivedHead) -> ResponseHead { ResponseHead(verbatim: head) }
    package func interim(_ head: ReceivedHead) -> ByteBuffer { head.fields.bytes }
    package func pass(_ bytes: ByteBuffer) -> (bytes: ByteBuffer, isCut: Bool) { (bytes, false) }
    package func tryAgain(_ forwarding: Forwarding, after failure: ClientFailure) -> Bool { false }
    /// As if nobody were between.
    package func refuse(_ exchange: any Exchange, _ failure: ClientFailure) { exchange.abort() }
}
