import HomeportCore
package import HomeportNet
package import NIOCore

/// One request over a connection of its own, for who asks seldom, and wants to know how it went.
package struct SingleRequest: Sendable {
    package struct Answer: Sendable {
        package var status: Int
        /// Of its body.
        package var bytes: Int64
        /// Until the answer's head was there, and until its end; with the connection's making.
        package var headed: Duration
        package var took: Duration
        /// Where it came from, as who is asked sees it.
        package var local: SocketAddress?
    }

    /// Why it is no request, or what became of it.
    package enum Failure: Error {
        case malformed(Refusal)
        case failed(ClientFailure)
        case late

        package var text: String {
            switch self {
            case .malformed(let refusal): refusal.detail
            case .failed(let failure): failure.text
            case .late: "the answer did not come in time"
            }
        }
    }

    private let head: ByteBuffer
    private let body: ByteBuffer
    private let method: Method
    private let framing: RequestHead.Body

    /// - Parameter head: As it is to stand there, its empty line with it.
    /// - Throws: ``Failure/malformed(_:)``.
    package init(head: ByteBuffer, body: ByteBuffer) throws(Failure) {
        var parser = RequestParser(limits: HTTPLimits())
        var parsed = RequestHead()
        switch parser.parse(head.readableBytesUInt8Span, into: &parsed) {
        case .incomplete: throw .malformed(.malformed("framing.end", "the head has no end: an empty line is missing"))
        case .refused(let refusal): throw .malformed(refusal)
        case .complete(let length):
            guard length == head.readableBytes else {
                throw .malformed(.malformed("framing.end", "bytes stand behind the head's empty line"))
            }
            if let refusal = parsed.settleFraming(in: head) { throw .malformed(refusal) }
        }
        switch parsed.body {
        case .length(let length) where length != Int64(body.readableBytes):
            throw .malformed(
                .malformed(
                    "framing.length",
                    "Content-Length is \(length), and the body has \(body.readableBytes) bytes"
                )
            )
        case .none where body.readableBytes > 0:
            throw .malformed(
                .malformed(
                    "framing.length",
                    "the body has \(body.readableBytes) bytes, and the head says nothing of them"
                )
            )
        default: break
        }
        (self.head, self.body, method, framing) = (head, body, parsed.method, parsed.body)
    }

    /// - Throws: ``Failure``.
    package func ask(_ dialer: some Dialer, within time: Duration) async throws -> Answer {
        let loop = OneShot.loop
        let answer = loop.makePromise(of: Answer.self)
        loop.execute { begin(dialer, answer, on: loop, within: time) }
        return try await answer.futureResult.get()
    }

    private func begin(
        _ dialer: some Dialer,
        _ answer: EventLoopPromise<Answer>,
        on loop: any EventLoop,
        within time: Duration
    ) {
        let connection = ClientConnection()
        let asking = Asking(answer, connection)
        let bound = NIOLoopBound(asking, eventLoop: loop)
        let late = loop.scheduleTask(in: .nanoseconds(time.wholeNanoseconds)) {
            bound.value.end(.failure(Failure.late))
        }
        answer.futureResult.whenComplete { _ in late.cancel() }
        dialer.dial(on: loop) { try $0.pipeline.syncOperations.addHandler(bound.value.connection) }
            .whenComplete { result in
                switch result {
                case .success(let channel):
                    bound.value.local = channel.localAddress
                    bound.value.send(head, method, framing, body)
                case .failure(let error): bound.value.end(.failure(Failure.failed(.unreachable(error))))
                }
            }
    }

    private final class Asking: ResponseReceiver {
        let connection: ClientConnection
        var local: SocketAddress?
        private let answer: EventLoopPromise<Answer>
        private let began = ContinuousClock.now
        private var status = 0
        private var bytes: Int64 = 0
        private var headed = Duration.zero
        private var isOver = false

        init(_ answer: EventLoopPromise<Answer>, _ connection: ClientConnection) {
            (self.answer, self.connection) = (answer, connection)
        }

        func send(_ head: ByteBuffer, _ method: Method, _ framing: RequestHead.Body, _ body: ByteBuffer) {
            guard !isOver else { return connection.close() }
            connection.begin(head, method, framing, self)
            connection.send(body)
            connection.finish(trailer: nil)
        }

        func end(_ result: Result<Answer, any Error>) {
            guard !isOver else { return }
            isOver = true
            connection.close()
            answer.completeWith(result)
        }

        func informed(_ head: ReceivedHead) {}

        func begins(_ head: ReceivedHead) {
            status = head.status
            headed = ContinuousClock.now - began
        }

        func received(_ bytes: ByteBuffer) { self.bytes += Int64(bytes.readableBytes) }

        func ends(trailer: ByteBuffer?) {
            end()
        }

        func switches(_ head: ReceivedHead, _ channel: any Channel, rest: ByteBuffer) {
            channel.close(promise: nil)
            (status, headed) = (head.status, ContinuousClock.now - began)
            end()
        }

        private func end() {
            let took = ContinuousClock.now - began
            end(.success(Answer(status: status, bytes: bytes, headed: headed, took: took, local: local)))
        }

        func fails(_ failure: ClientFailure) { end(.failure(Failure.failed(failure))) }

        func drained() {}

        func together(_ body: () -> Void) { body() }
    }
}
