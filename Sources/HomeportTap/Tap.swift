package import HomeportHTTP
package import HomeportNet
package import NIOCore
import Synchronization

/// Takes down what happens on the road, and never holds it up.
package final class Tap: ExchangeObserving, PassageObserving {
    package let store: TapStore
    private let isOn: Atomic<Bool>
    /// By its loop; each lives there.
    private let exchanges = Mutex<[ObjectIdentifier: NIOLoopBound<TappedExchanges>]>([:])

    private let processes = PeerProcesses()
    private let recorder: Recorder?
    /// Whether it is a recording that is looked into: nothing is added to it.
    private let isOpened: Bool

    /// - Parameter recorder: Keeps it on disk, too.
    package init(_ plan: TapPlan, recorder: Recorder? = nil) {
        store = TapStore(plan.bounds, recorder: recorder)
        isOn = Atomic(plan.isOn)
        (self.recorder, isOpened) = (recorder, false)
    }

    /// A recording, to be looked into.
    package init(opened store: TapStore) {
        self.store = store
        isOn = Atomic(false)
        (recorder, isOpened) = (nil, true)
    }

    /// No client's process is looked for from then on, and nothing waits for one.
    package func leaveProcesses() { processes.close() }

    /// What was recorded is on disk when this returns; nothing is added to it from then on.
    package func finish() { recorder?.finish() }

    package func change(to plan: TapPlan) {
        guard !isOpened else { return }
        isOn.store(plan.isOn, ordering: .relaxed)
        store.change(to: plan.bounds)
    }

    package func connected(_ peer: Peer) {
        guard isOn.load(ordering: .relaxed) else { return }
        processes.find(peer, isDatagram: false)
    }

    package func began(_ head: RequestHead, _ peer: Peer, on loop: LoopState) -> (any ExchangeObserver)? {
        guard isOn.load(ordering: .relaxed), !Self.isOwn(head) else { return nil }
        return exchanges(on: loop).begin(head, peer)
    }

    private func exchanges(on loop: LoopState) -> TappedExchanges {
        if let known = loop.observers as? TappedExchanges { return known }
        let made = exchanges(on: loop.loop)
        loop.observers = made
        return made
    }

    package func began(
        _ link: String,
        _ peer: Peer,
        isDatagram: Bool,
        on loop: any EventLoop,
        _ source: any ConditionSource
    ) -> (any PassageObserver)? {
        guard isOn.load(ordering: .relaxed) else { return nil }
        processes.find(peer, isDatagram: isDatagram)
        return TappedConnection(link, peer, isDatagram: isDatagram, among: exchanges(on: loop), source)
    }

    private func exchanges(on loop: any EventLoop) -> TappedExchanges {
        exchanges.withLock { all in
            if let known = all[ObjectIdentifier(loop)] { return known.value }
            let made = TappedExchanges(loop, store)
            all[ObjectIdentifier(loop)] = NIOLoopBound(made, eventLoop: loop)
            return made
        }
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
        exchanges(on: loop).begin(.http, peer, at: NIODeadline.now().uptimeNanoseconds).refused(refusal)
    }
}
