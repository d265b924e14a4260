import HomeportHTTP
import HomeportNet
import NIOCore

/// One request that waits for a server to say whether it may come in.
final class AuthQuestion: ResponseReceiver {
    private let auth: ForwardAuth
    private let asking: ForwardAuth.Asking
    private let question: ByteBuffer
    private let exchange: any Exchange
    private var then: ((ForwardAuth.Verdict) -> Void)?
    private var connection: ClientConnection?
    private var isReused = false
    private var late: Scheduled<Void>?
    private var answer: ReceivedHead?
    private var body = ByteBuffer()

    /// Bytes that a refusal's page may have.
    static let longestBody = 1 << 20

    init(
        _ auth: ForwardAuth,
        _ asking: ForwardAuth.Asking,
        _ question: ByteBuffer,
        _ exchange: any Exchange,
        _ then: @escaping (ForwardAuth.Verdict) -> Void
    ) {
        (self.auth, self.asking, self.question, self.exchange, self.then) = (auth, asking, question, exchange, then)
    }

    func begin() {
        asking.waiting += 1
        let bound = NIOLoopBound(self, eventLoop: exchange.loop.loop)
        late = exchange.loop.loop.scheduleTask(in: auth.timeout) {
            bound.value.fail(504, "has not answered in \(bound.value.auth.timeout.nanoseconds / 1_000_000) ms")
        }
        exchange.onClosed = { self.end() }
        if let connection = asking.pool.take() {
            isReused = true
            send(on: connection)
        } else {
            dial()
        }
    }

    private func dial() {
        isReused = false
        asking.pool.dial().assumeIsolated().whenComplete { result in
            switch result {
            case .success(let connection): self.send(on: connection)
            case .failure(let error): self.fails(.unreachable(error))
            }
        }
    }

    private func send(on connection: ClientConnection) {
        guard then != nil else { return connection.close() }
        self.connection = connection
        connection.begin(question, .get, .none, self)
    }

    // MARK: The answer

    func informed(_ head: ReceivedHead) {}

    func begins(_ head: ReceivedHead) { answer = head }

    func received(_ bytes: ByteBuffer) {
        body.writeImmutableBuffer(bytes)
        if body.readableBytes > Self.longestBody { fail(502, "answered more than \(Self.longestBody) bytes") }
    }

    func ends(trailer: ByteBuffer?) {
        connection = nil
        guard let answer else { return }
        end(auth.verdict(answer, body))
    }

    func switches(_ head: ReceivedHead, _ channel: any Channel, rest: ByteBuffer) {
        connection = nil
        channel.close(promise: nil)
        fail(502, "switched to another protocol, which nobody had asked for")
    }

    func fails(_ failure: ClientFailure) {
        connection = nil
        // Its server had given the connection up before it saw the question.
        if case .noAnswer = failure, isReused, then != nil { return dial() }
        switch failure {
        case .unreachable(let error): fail(502, "cannot be reached: \(DialFailure.text(error))")
        case .noAnswer: fail(502, "ended the connection without an answer")
        case .cutShort: fail(502, "ended the connection in the middle of its answer")
        case .malformed(let refusal): fail(502, "answered what makes no sense: \(refusal.detail)")
        }
    }

    func drained() {}

    func together(_ body: () -> Void) { body() }

    private func fail(_ status: Int, _ what: String) {
        end(.failed(Refusal(status, "access.auth", "\(auth.address.text), which says who may come in, \(what)")))
    }

    /// - Parameter verdict: Nil where nobody wants to hear it any more.
    private func end(_ verdict: ForwardAuth.Verdict? = nil) {
        guard let then else { return }
        self.then = nil
        asking.waiting -= 1
        late?.cancel()
        connection?.close()
        connection = nil
        exchange.onClosed = nil
        if let verdict { then(verdict) }
    }
}
