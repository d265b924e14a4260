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
        guard isOn.load(ordering: .relaxed), !Self.isOwn(head) else { return nil }
        let exchanges: TappedExchanges
        if let known = loop.observers as? TappedExchanges {
            exchanges = known
        } else {
            exchanges = TappedExchanges(loop.loop)
            loop.observers = exchanges
        }
        return exchanges.begin(head, peer, store)
    }

    /// What is asked of Homeport itself, with its token, is nobody's traffic.
    private static func isOwn(_ head: RequestHead) -> Bool {
        head.with(head.authority) { authority in
            authority.count >= 18
                && authority.extracting(Authority.name(of: authority)).equalsIgnoringCase("homeport.localhost")
        }
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
