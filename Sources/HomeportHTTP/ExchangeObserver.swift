package import HomeportNet
package import NIOCore

/// Who is told of exchanges. A nil observer costs nothing.
package protocol ExchangeObserving: AnyObject, Sendable {
    /// A connection has come, and may carry exchanges.
    func connected(_ peer: Peer)
    func began(_ head: RequestHead, _ peer: Peer, on loop: LoopState) -> (any ExchangeObserver)?
    /// A request that was refused before it was understood, with what can be said of it.
    func refused(_ refusal: Refusal, _ peer: Peer, on loop: LoopState)
}

/// Who is told what becomes of one exchange, on its connection's loop, as it happens. Whatever is handed over is the
/// connection's: who wants to keep it makes a copy.
package protocol ExchangeObserver: AnyObject {
    /// Which service it is for.
    func goes(to service: String)
    /// What access has said, where it asked for anything: whom it let in, or why not.
    func judged(_ verdict: String)
    /// A piece of the request's body, as it is taken.
    func asked(_ body: ByteBuffer)
    /// The request's body is whole.
    func askedAll()
    func upstream(_ event: UpstreamEvent)
    /// The final answer's head, whole as it is sent, and what follows it.
    func answers(_ status: Int, _ head: Span<UInt8>)
    /// A piece of the answer's body, before it is framed.
    func answered(_ body: ByteBuffer)
    func answered(_ file: OpenFile, _ range: Range<Int64>)
    /// The connection speaks something else from now on: what comes and goes are the request's and the answer's body, until the end.
    func switched(status: Int)
    /// - Parameters:
    ///   - bytes: Of the answer's body.
    ///   - complete: Whether the client can know that it has the whole answer.
    ///   - refusal: Why it was refused, if it was.
    func ended(status: Int, bytes: Int64, complete: Bool, refusal: Refusal.StaticCode?)
}

/// What happens between a proxy and the server that it asks.
package enum UpstreamEvent {
    /// A connection is being made.
    case dials
    /// There is one; it has served others before or not.
    case connected(Peer, isReused: Bool, through: (any ConditionSource)?)
    /// The request's head, as it is sent.
    case asks(ByteBuffer)
    /// The server's final answer has begun: its head as it came.
    case answers(ByteBuffer)
    /// All of it has come, and the connection is another request's.
    case answered
    case failed(ClientFailure)
}

extension ExchangeObserving {
    package func connected(_ peer: Peer) {}
}

extension ExchangeObserver {
    package func goes(to service: String) {}
    package func judged(_ verdict: String) {}
    package func asked(_ body: ByteBuffer) {}
    package func askedAll() {}
    package func upstream(_ event: UpstreamEvent) {}
    package func answers(_ status: Int, _ head: Span<UInt8>) {}
    package func answered(_ body: ByteBuffer) {}
    package func answered(_ file: OpenFile, _ range: Range<Int64>) {}
    package func switched(status: Int) {}
}

/// Two observers in the place of one.
package final class ObserverPair: ExchangeObserving {
    private let one, other: any ExchangeObserving

    package init(_ one: any ExchangeObserving, _ other: any ExchangeObserving) { (self.one, self.other) = (one, other) }

    package func connected(_ peer: Peer) {
        one.connected(peer)
        other.connected(peer)
    }

    package func began(_ head: RequestHead, _ peer: Peer, on loop: LoopState) -> (any ExchangeObserver)? {
        switch (one.began(head, peer, on: loop), other.began(head, peer, on: loop)) {
        case (let one?, let other?): Both(one, other)
        case (let one?, nil): one
        case (nil, let other): other
        }
    }

    package func refused(_ refusal: Refusal, _ peer: Peer, on loop: LoopState) {
        one.refused(refusal, peer, on: loop)
        other.refused(refusal, peer, on: loop)
    }

    private final class Both: ExchangeObserver {
        private let one, other: any ExchangeObserver

        init(_ one: any ExchangeObserver, _ other: any ExchangeObserver) { (self.one, self.other) = (one, other) }

        func goes(to service: String) {
            one.goes(to: service)
            other.goes(to: service)
        }

        func judged(_ verdict: String) {
            one.judged(verdict)
            other.judged(verdict)
        }

        func asked(_ body: ByteBuffer) {
            one.asked(body)
            other.asked(body)
        }

        func askedAll() {
            one.askedAll()
            other.askedAll()
        }

        func upstream(_ event: UpstreamEvent) {
            one.upstream(event)
            other.upstream(event)
        }

        func answers(_ status: Int, _ head: Span<UInt8>) {
            one.answers(status, head)
            other.answers(status, head)
        }

        func answered(_ body: ByteBuffer) {
            one.answered(body)
            other.answered(body)
        }

        func answered(_ file: OpenFile, _ range: Range<Int64>) {
            one.answered(file, range)
            other.answered(file, range)
        }

        func switched(status: Int) {
            one.switched(status: status)
            other.switched(status: status)
        }

        func ended(status: Int, bytes: Int64, complete: Bool, refusal: Refusal.StaticCode?) {
            one.ended(status: status, bytes: bytes, complete: complete, refusal: refusal)
            other.ended(status: status, bytes: bytes, complete: complete, refusal: refusal)
        }
    }
}
