import HomeportHTTP
import HomeportNet
import NIOCore

/// One exchange while it lasts. Belongs to its connection's loop.
final class TappedExchange: ExchangeObserver {
    private var record = TapRecord()
    private var store: TapStore?
    private unowned let all: TappedExchanges
    /// Where it stands among those that go on.
    fileprivate var index = 0
    /// Under which it can be seen already.
    private var id: UInt64?
    private var shown: UInt64 = 0
    /// Whether more is known than can be seen.
    private var hasNews = true

    fileprivate init(_ all: TappedExchanges) { self.all = all }

    fileprivate func begin(_ head: RequestHead, _ peer: Peer, _ store: TapStore) {
        self.store = store
        shown = Self.now
        hasNews = true
        record.began = shown
        record.client = peer
        record.heads.reserveCapacity(3 * head.fields.bytes.readableBytes + 768)
        record.heads.append(contentsOf: head.fields.bytes.readableBytesView)
        record.requestHead = record.heads.count
        (record.method, record.target) = (head.methodRange, head.target)
        (record.authority, record.path) = (head.authority, head.path)
    }

    private static var now: UInt64 { NIODeadline.now().uptimeNanoseconds }

    func goes(to service: String) { record.service = service }

    func asked(_ body: ByteBuffer) {
        record.request.append(body)
        hasNews = true
    }

    func askedAll() {
        record.asked = Self.now
        hasNews = true
    }

    func upstream(_ event: UpstreamEvent) {
        hasNews = true
        switch event {
        case .dials: record.dialled = Self.now
        case .connected(let peer, let isReused):
            record.connected = Self.now
            (record.upstream, record.isReused) = (peer, isReused)
        case .asks(let head):
            // It may be asked once more, of another connection.
            record.heads.removeLast(record.heads.count - record.requestHead)
            record.heads.append(contentsOf: head.readableBytesView)
            record.sentHead = record.heads.count - record.requestHead
        case .answers(let head):
            record.answered = Self.now
            record.heads.append(contentsOf: head.readableBytesView)
            record.receivedHead = record.heads.count - record.requestHead - record.sentHead
        case .failed(let failure): record.error = failure.text
        }
    }

    func answers(_ status: Int, _ head: Span<UInt8>) {
        record.headed = Self.now
        record.status = status
        head.withUnsafeBufferPointer { record.heads.append(contentsOf: $0) }
        hasNews = true
    }

    func answered(_ body: ByteBuffer) {
        record.response.append(body)
        hasNews = true
    }

    func answered(_ file: OpenFile, _ range: Range<Int64>) {
        record.response.passed(range.count)
        hasNews = true
    }

    func ended(status: Int, bytes: Int64, complete: Bool, refusal: Refusal.StaticCode?) {
        record.ended = Self.now
        record.status = status
        record.isComplete = complete
        if let refusal { record.refusal = "\(refusal)" }
        store?.add(record, as: id)
        store = nil
        id = nil
        record.reset()
        all.end(self)
    }

    /// What is known by now, of one that has lasted for a while.
    fileprivate func show(at now: UInt64) {
        guard hasNews, now - shown >= TappedExchanges.interval, let store else { return }
        (shown, hasNews) = (now, false)
        id = store.show(record, as: id)
    }
}

extension ClientFailure {
    /// In words, for the record.
    fileprivate var text: String {
        switch self {
        case .unreachable(let error): "the service cannot be reached: \(DialFailure.text(error))"
        case .noAnswer: "the service ended the connection without an answer"
        case .cutShort: "the service ended the connection in the middle of its answer"
        case .malformed(let refusal): "the service answered what makes no sense: \(refusal.detail)"
        }
    }
}

/// The exchanges of one loop: those that go on, so that what lasts can be seen before it ends, and some that are over, for those to
/// come, so that most are taken down without anything being allocated.
final class TappedExchanges {
    /// How often one that lasts is shown anew, nanoseconds.
    static let interval: UInt64 = 100_000_000
    private static let mostSpare = 64

    private let loop: any EventLoop
    private var live: [TappedExchange] = []
    private var spare: [TappedExchange] = []
    private var isTicking = false

    init(_ loop: any EventLoop) { self.loop = loop }

    func begin(_ head: RequestHead, _ peer: Peer, _ store: TapStore) -> TappedExchange {
        let exchange = spare.popLast() ?? TappedExchange(self)
        exchange.begin(head, peer, store)
        exchange.index = live.count
        live.append(exchange)
        if !isTicking { tick() }
        return exchange
    }

    fileprivate func end(_ exchange: TappedExchange) {
        let last = live.removeLast()
        if last !== exchange {
            live[exchange.index] = last
            last.index = exchange.index
        }
        if spare.count < Self.mostSpare { spare.append(exchange) }
    }

    private func tick() {
        isTicking = true
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleTask(in: .nanoseconds(Int64(Self.interval))) { bound.value.showAll() }
    }

    private func showAll() {
        isTicking = false
        let now = NIODeadline.now().uptimeNanoseconds
        for exchange in live { exchange.show(at: now) }
        if !live.isEmpty { tick() }
    }
}
