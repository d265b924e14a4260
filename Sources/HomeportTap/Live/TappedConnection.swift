import HomeportHTTP
import HomeportNet
import NIOCore

/// What passes through a link on one connection, or in one flow: the exchanges of HTTP, where it is that, and else the whole of it as one.
final class TappedConnection: PassageObserver {
    private enum Form {
        /// Nothing has come yet.
        case unknown
        /// What comes is no HTTP, or no more.
        case bytes
        case http(HTTPFollower)
        case other(TappedExchange)
        case over
    }

    private let link: String
    private let peer: Peer
    private let isDatagram: Bool
    private let all: TappedExchanges
    private let source: any ConditionSource
    private let began = NIODeadline.now().uptimeNanoseconds
    private var upstream: Peer?
    private var verdict = ""
    private var form = Form.unknown

    init(_ link: String, _ peer: Peer, isDatagram: Bool, among all: TappedExchanges, _ source: any ConditionSource) {
        (self.link, self.peer, self.isDatagram) = (link, peer, isDatagram)
        (self.all, self.source) = (all, source)
    }

    func admitted(_ verdict: String) { self.verdict = verdict }

    func refused(_ verdict: String) {
        let exchange = all.begin(.tcp, peer, at: began)
        exchange.goes(through: link)
        exchange.judged(verdict)
        exchange.ended(status: 0, bytes: 0, complete: false, refusal: "access.stranger")
        form = .over
    }

    func connected(_ upstream: Peer) {
        self.upstream = upstream
        switch form {
        case .http(let follower): follower.connected(upstream)
        case .other(let exchange): exchange.upstream(.connected(upstream, isReused: false, through: nil))
        case .unknown, .bytes, .over: break
        }
    }

    func failed(_ error: any Error) {
        giveUpBeginning()
        switch form {
        case .http(let follower): follower.failed(error)
        case .unknown, .bytes, .other: other().upstream(.failed(.unreachable(error)))
        case .over: break
        }
    }

    func came(_ bytes: ByteBuffer) {
        if case .unknown = form, !isDatagram, HTTPFollower.mayBegin(with: bytes) {
            let follower = HTTPFollower(link, peer, verdict, among: all, source)
            if let upstream { follower.connected(upstream) }
            form = .http(follower)
        }
        switch form {
        case .http(let follower):
            if let unread = follower.came(bytes) { go(on: unread) }
        case .unknown, .bytes, .other: other().asked(bytes)
        case .over: break
        }
    }

    func went(_ bytes: ByteBuffer) {
        switch form {
        case .http(let follower):
            if let unread = follower.went(bytes) { go(on: unread) }
        case .unknown, .bytes, .other: other().answered(bytes)
        case .over: break
        }
    }

    func ended(isBroken: Bool) {
        giveUpBeginning()
        switch form {
        case .http(let follower): follower.ended(isBroken: isBroken)
        case .unknown, .other: other().ended(status: 0, bytes: 0, complete: !isBroken, refusal: nil)
        // All of it was taken down before.
        case .bytes, .over: break
        }
        form = .over
    }

    /// It is no HTTP, or no more.
    private func go(on unread: HTTPFollower.Unread) {
        form = .bytes
        if unread.asked.readableBytes > 0 { other().asked(unread.asked) }
        if unread.answered.readableBytes > 0 { other().answered(unread.answered) }
    }

    /// What began like a request, and came no further, is bytes.
    private func giveUpBeginning() {
        if case .http(let follower) = form, let unread = follower.beginning { go(on: unread) }
    }

    private func other() -> TappedExchange {
        if case .other(let exchange) = form { return exchange }
        let exchange = all.begin(isDatagram ? .udp : .tcp, peer, at: began)
        exchange.goes(through: link)
        exchange.judged(verdict)
        exchange.isHit(by: source)
        exchange.upstream(.dials)
        if let upstream { exchange.upstream(.connected(upstream, isReused: false, through: nil)) }
        form = .other(exchange)
        return exchange
    }
}
