package import HomeportHTTP
package import HomeportNet
import NIOCore
import Synchronization

/// Takes down what happens on the road, and never holds it up.
package final class Tap: ExchangeObserving {
    package let store: TapStore
    private let isOn: Atomic<Bool>

    package init(_ plan: TapPlan) {
        store = TapStore(plan.bounds)
        isOn = Atomic(plan.isOn)
    }

    package func change(to plan: TapPlan) {
        isOn.store(plan.isOn, ordering: .relaxed)
        store.change(to: plan.bounds)
    }

    package func began(_ head: RequestHead, _ peer: Peer, on loop: LoopState) -> (any ExchangeObserver)? {
        guard isOn.load(ordering: .relaxed) else { return nil }
        if loop.observers == nil { loop.observers = SpareExchanges() }
        let spares = loop.observers as? SpareExchanges
        let exchange = spares?.take() ?? TappedExchange(spares)
        exchange.begin(head, peer, store)
        return exchange
    }

    package func refused(_ refusal: Refusal, _ peer: Peer, on loop: LoopState) {
        guard isOn.load(ordering: .relaxed) else { return }
        var record = TapRecord()
        record.client = peer
        record.began = NIODeadline.now().uptimeNanoseconds
        record.ended = record.began
        record.status = refusal.status
        record.refusal = "\(refusal.code)"
        record.error = refusal.detail
        record.isComplete = true
        store.add(record, as: nil)
    }
}

/// One exchange while it lasts. Belongs to its connection's loop.
private final class TappedExchange: ExchangeObserver {
    private var record = TapRecord()
    private var store: TapStore?
    private unowned let spares: SpareExchanges?
    /// Under which it can be seen already.
    private var id: UInt64?
    private var shown: UInt64 = 0

    init(_ spares: SpareExchanges?) { self.spares = spares }

    func begin(_ head: RequestHead, _ peer: Peer, _ store: TapStore) {
        self.store = store
        shown = NIODeadline.now().uptimeNanoseconds
        record.began = shown
        record.client = peer
        record.heads.reserveCapacity(head.fields.bytes.readableBytes + 384)
        record.heads.append(contentsOf: head.fields.bytes.readableBytesView)
        record.requestHead = record.heads.count
        (record.method, record.target) = (head.methodRange, head.target)
        (record.authority, record.path) = (head.authority, head.path)
    }

    /// How often one that lasts is shown anew.
    private static let interval: UInt64 = 100_000_000

    private var now: UInt64 { NIODeadline.now().uptimeNanoseconds }

    func goes(to service: String) { record.service = service }

    func asked(_ body: ByteBuffer) {
        record.request.append(body)
        showSometimes()
    }

    func askedAll() { record.asked = now }

    func upstream(_ event: UpstreamEvent) {
        switch event {
        case .dials: record.dialled = now
        case .connected(let peer, let isReused):
            record.connected = now
            (record.upstream, record.isReused) = (peer, isReused)
        case .answers: record.answered = now
        case .failed(let failure): record.error = "\(failure)"
        }
    }

    func answers(_ status: Int, _ head: Span<UInt8>) {
        record.headed = now
        record.status = status
        head.withUnsafeBufferPointer { record.heads.append(contentsOf: $0) }
    }

    func answered(_ body: ByteBuffer) {
        record.response.append(body)
        showSometimes()
    }

    func answered(_ file: OpenFile, _ range: Range<Int64>) {
        record.response.passed(range.count)
        showSometimes()
    }

    func ended(status: Int, bytes: Int64, complete: Bool, refusal: Refusal.StaticCode?) {
        record.ended = now
        record.status = status
        record.isComplete = complete
        if let refusal { record.refusal = "\(refusal)" }
        store?.add(record, as: id)
        store = nil
        id = nil
        record.reset()
        spares?.put(self)
    }

    private func showSometimes() {
        let now = now
        guard now - shown > Self.interval else { return }
        shown = now
        id = store?.show(record, as: id)
    }
}

/// Exchanges of one loop that are over, for those to come: most are taken down without anything being allocated.
private final class SpareExchanges {
    private var all: [TappedExchange] = []

    func take() -> TappedExchange? { all.popLast() }
    func put(_ exchange: TappedExchange) { if all.count < 64 { all.append(exchange) } }
}
