import HomeportHTTP
import HomeportNet
import NIOCore

/// Reads the HTTP/1.1 of a connection along, whose bytes others pass on, and takes its exchanges down.
///
/// It is as strict as those who answer: where what it reads makes no sense, what follows is no HTTP to it, and the connection's rest
/// is taken down as bytes.
final class HTTPFollower {
    private enum Phase {
        case head
        case body(BodyDecoder)

        /// Whether it goes on without another byte.
        var isOver: Bool { if case .body(let decoder) = self { decoder.isOver } else { false } }
    }

    /// What has come and was not understood.
    struct Unread {
        var asked, answered: ByteBuffer
    }

    private struct Waiting {
        let exchange: TappedExchange
        let method: Method
    }

    private let link: String
    private let peer: Peer
    private let all: TappedExchanges
    private let source: any ConditionSource
    private let limits = HTTPLimits()
    /// Requests that wait for their answers; who sends more ahead than anybody answers is not read along.
    private static let mostWaiting = 256
    private var upstream: Peer?
    private var count = 0

    private var requests = Phase.head
    private var requestParser: RequestParser
    private let verdict: String
    private var requestHead = RequestHead()
    private var requestBytes = ByteBuffer()
    /// Whose body is coming; nil where it has been answered already.
    private var asking: TappedExchange?

    private var answers = Phase.head
    private var answerParser: ResponseParser
    private var answerHead = ReceivedHead()
    private var answerBytes = ByteBuffer()
    /// In the order in which they were asked.
    private var waiting = CircularBuffer<Waiting>()
    /// The connection speaks something else since this one.
    private var switched: TappedExchange?

    init(
        _ link: String,
        _ peer: Peer,
        _ verdict: String,
        among all: TappedExchanges,
        _ source: any ConditionSource
    ) {
        (self.link, self.peer, self.verdict, self.all, self.source) = (link, peer, verdict, all, source)
        requestParser = RequestParser(limits: limits)
        answerParser = ResponseParser(limits: limits)
    }

    /// A method in capitals, as far as it can be seen.
    static func mayBegin(with bytes: ByteBuffer) -> Bool {
        let start = bytes.readableBytesView.prefix(3)
        return !start.isEmpty && start.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    }

    func connected(_ upstream: Peer) {
        self.upstream = upstream
        for one in waiting { one.exchange.upstream(.connected(upstream, isReused: false, through: nil)) }
    }

    func failed(_ error: any Error) {
        for one in waiting { one.exchange.upstream(.failed(.unreachable(error))) }
    }

    // MARK: Requests

    /// - Returns: What is no HTTP; nil as long as all is.
    func came(_ bytes: ByteBuffer) -> Unread? {
        if let switched {
            switched.asked(bytes)
            return nil
        }
        requestBytes.appendReceived(bytes)
        while requestBytes.readableBytes > 0 || requests.isOver {
            switch requests {
            case .head:
                switch requestParser.parse(requestBytes.readableBytesUInt8Span, into: &requestHead) {
                case .incomplete: return nil
                case .refused: return lose()
                case .complete(let length):
                    let head = requestBytes.readSlice(length: length) ?? ByteBuffer()
                    requestParser.reset()
                    if requestHead.settleFraming(in: head) != nil { return lose() }
                    guard waiting.count < Self.mostWaiting else { return loseAhead(head) }
                    begin()
                }
            case .body(var decoder):
                var offset = 0
                let event = decoder.next(in: requestBytes.readableBytesUInt8Span, from: &offset)
                requests = .body(decoder)
                let piece = requestBytes.readSlice(length: offset)
                switch event {
                case .needMore: return nil
                case .data(let range):
                    if let body = piece?.getSlice(at: range.lowerBound, length: range.count) { asking?.asked(body) }
                case .refused: return lose()
                case .end:
                    requests = .head
                    requestHead.reset()
                    asking?.askedAll()
                    asking = nil
                }
            }
        }
        return nil
    }

    private func begin() {
        // What was done until now was done to those before it.
        waiting.first?.exchange.takeHits()
        let exchange = all.begin(requestHead, peer)
        exchange.goes(through: link)
        exchange.judged(verdict)
        exchange.isHit(by: source)
        if let upstream { exchange.upstream(.connected(upstream, isReused: count > 0, through: nil)) }
        count += 1
        waiting.append(Waiting(exchange: exchange, method: requestHead.method))
        asking = exchange
        requests = .body(BodyDecoder(requestHead.body, limits: limits))
    }

    // MARK: Answers

    func went(_ bytes: ByteBuffer) -> Unread? {
        if let switched {
            switched.answered(bytes)
            return nil
        }
        answerBytes.appendReceived(bytes)
        while answerBytes.readableBytes > 0 || answers.isOver {
            // What nobody has asked for: no HTTP.
            guard let one = waiting.first else { return lose() }
            switch answers {
            case .head:
                switch answerParser.parse(answerBytes.readableBytesUInt8Span, into: &answerHead) {
                case .incomplete: return nil
                case .refused(let refusal): return lose(refusal)
                case .complete(let length):
                    let head = answerBytes.readSlice(length: length) ?? ByteBuffer()
                    answerParser.reset()
                    if let refusal = answerHead.settleFraming(in: head, method: one.method) { return lose(refusal) }
                    if answerHead.isInterim {
                        answerHead.reset()
                        continue
                    }
                    one.exchange.answers(answerHead.status, head.readableBytesUInt8Span)
                    if answerHead.status == 101 || one.method == .connect && answerHead.status < 300 {
                        becomeTunnel(one.exchange, answerHead.status)
                        return nil
                    }
                    answers = .body(BodyDecoder(answerHead.body, limits: limits))
                }
            case .body(var decoder):
                var offset = 0
                let event = decoder.next(in: answerBytes.readableBytesUInt8Span, from: &offset)
                answers = .body(decoder)
                let piece = answerBytes.readSlice(length: offset)
                switch event {
                case .needMore: return nil
                case .data(let range):
                    if let body = piece?.getSlice(at: range.lowerBound, length: range.count) {
                        one.exchange.answered(body)
                    }
                case .refused(let refusal): return lose(refusal)
                case .end: endFirst(complete: true)
                }
            }
        }
        return nil
    }

    private func endFirst(complete: Bool) {
        let exchange = waiting.removeFirst().exchange
        if asking === exchange { asking = nil }
        exchange.ended(status: answerHead.status, bytes: 0, complete: complete, refusal: nil)
        answers = .head
        answerHead.reset()
    }

    private func becomeTunnel(_ exchange: TappedExchange, _ status: Int) {
        switched = exchange
        exchange.switched(status: status)
        if requestBytes.readableBytes > 0 { exchange.asked(requestBytes) }
        if answerBytes.readableBytes > 0 { exchange.answered(answerBytes) }
        (requestBytes, answerBytes) = (ByteBuffer(), ByteBuffer())
    }

    // MARK: The end

    /// The connection is over, and with it what was still asked or answered.
    func ended(isBroken: Bool) {
        while !waiting.isEmpty {
            let endsWithIt = if case .body(.untilEnd) = answers { true } else { switched != nil }
            endFirst(complete: endsWithIt && !isBroken)
        }
    }

    /// What has come of a connection of which no request ever was whole; nil where there is something.
    var beginning: Unread? {
        count == 0 && requestBytes.readableBytes > 0 ? Unread(asked: requestBytes, answered: answerBytes) : nil
    }

    /// So many wait that this one is not told apart any more.
    private func loseAhead(_ head: ByteBuffer) -> Unread {
        var unread = lose()
        var all = head
        all.writeImmutableBuffer(unread.asked)
        unread.asked = all
        return unread
    }

    /// - Parameter refusal: Of an answer.
    private func lose(_ refusal: Refusal? = nil) -> Unread {
        if let refusal { waiting.first?.exchange.upstream(.failed(.malformed(refusal))) }
        while !waiting.isEmpty { endFirst(complete: false) }
        return Unread(asked: requestBytes, answered: answerBytes)
    }
}
