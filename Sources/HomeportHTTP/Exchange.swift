package import HomeportNet
package import NIOCore

/// Who answers requests: a folder, a mock, the control API, the door itself.
package protocol Responder: AnyObject, Sendable {
    /// Called on the connection's event loop, once for each request that access let through. The answer may come at
    /// once or later, always on that loop.
    func respond(to head: RequestHead, _ exchange: any Exchange)
}

/// May this request come in? Asked before anything else is done with it; nil lets it pass.
package protocol RequestPolicy: AnyObject, Sendable {
    func refuse(_ head: RequestHead, from peer: Peer) -> Refusal?
}

/// One request and its answer, as seen by who answers. All calls on the connection's loop.
///
/// An answer is either ``answer(_:_:)`` alone, or ``begin(_:)``, any number of ``send(_:)``, and ``end()``. After the
/// end, or after the client has gone, all of them do nothing.
package protocol Exchange: AnyObject {
    var peer: Peer { get }
    var loop: LoopState { get }
    /// Whether an answer can still reach the client.
    var isOpen: Bool { get }
    /// Who is told what becomes of it; nil where nobody is.
    var observer: (any ExchangeObserver)? { get }

    /// Whether the answer has begun.
    var isBegun: Bool { get }

    /// The whole answer at once. To HEAD, the body is left out.
    func answer(_ head: ResponseHead, _ body: ByteBuffer?)
    /// Answers with the reason, and lets the observer know it.
    func refuse(_ refusal: Refusal)
    /// The same in words of the caller's own.
    func refuse(_ refusal: Refusal, _ head: ResponseHead, _ body: ByteBuffer)
    func begin(_ head: ResponseHead)
    func send(_ bytes: ByteBuffer)
    /// Sends a range of a file that must not shrink meanwhile: if it does, the connection is ended.
    func send(_ file: OpenFile, _ range: Range<Int64>)
    /// - Parameter trailer: Field lines behind the body, for who can be sent them: HTTP/1.1 to whom the answer is chunked.
    func end(trailer: ByteBuffer?)
    /// An answer before the final one (1xx), whole as it is to stand there. Not for 100, which ``onBody`` sends.
    func inform(_ head: ByteBuffer)
    /// Answers, and lets go of the connection: from then on its bytes are the caller's.
    /// - Returns: Nil if the client has gone. Whoever takes it tells its observer of the end.
    func takeOver(_ head: ResponseHead) -> TakenConnection?
    /// What `body` sends leaves together.
    func together(_ body: () -> Void)
    /// Ends the connection without completing the answer, so that the client cannot take it for whole. What was sent
    /// before leaves, as far as the system takes it at once.
    func abort()

    /// The same, once all that was sent has left.
    func cut()

    /// Where the request's body goes. Until it is set, or the answer has ended, the body is not read: this is what sends
    /// `100 Continue`, and what holds the client back. A request without a body has an ``BodyPart/end``, too. Let go of
    /// at the end, so that it may hold the exchange itself.
    var onBody: ((BodyPart) -> Void)? { get set }
    /// Holds the client back while a piece of the body is being put away.
    var isBodyPaused: Bool { get set }
    /// Called once when the exchange is over, whichever way; at once, if it is over when this is set.
    var onClosed: (() -> Void)? { get set }
    /// Called when ``isCongested`` was true and no longer is: the client has taken what was sent, and more may be.
    var onDrained: (() -> Void)? { get set }
    /// Whether what was sent waits for the client.
    var isCongested: Bool { get }
}

extension Exchange {
    package func end() { end(trailer: nil) }

    /// Takes the whole body.
    /// - Parameters:
    ///   - limit: Bytes that it may have.
    ///   - tooLarge: Called in place of `then` where it has more; that is to answer.
    package func collect(
        upTo limit: Int,
        orElse tooLarge: @escaping () -> Void,
        then: @escaping (ByteBuffer) -> Void
    ) {
        var body = ByteBuffer()
        onBody = { part in
            switch part {
            case .bytes(var bytes):
                body.writeBuffer(&bytes)
                if body.readableBytes > limit { tooLarge() }
            case .end: then(body)
            case .failed: break
            }
        }
    }
}

/// What arrives of a request's body.
package enum BodyPart {
    case bytes(ByteBuffer)
    /// With the lines of its trailer, where it has one.
    case end(trailer: ByteBuffer?)
    /// The client went away, or broke the framing: what came is not the whole body.
    case failed
}
