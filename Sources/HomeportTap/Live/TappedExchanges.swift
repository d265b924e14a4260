import HomeportHTTP
import HomeportNet
import NIOCore

/// The exchanges of one loop: those that go on, so that what lasts can be seen before it ends, and some that are over, for those to
/// come, so that most are taken down without anything being allocated. `@exclusivity(unchecked)`: as in ``TappedExchange``.
final class TappedExchanges {
    /// How often one that lasts is shown anew, nanoseconds.
    static let interval: UInt64 = 100_000_000
    private static let mostSpare = 64
    /// That have ended, and wait until it is known whose they were.
    static let mostWaiting = 64

    let store: TapStore
    let loop: any EventLoop
    @exclusivity(unchecked) private var live: [TappedExchange] = []
    @exclusivity(unchecked) private var spare: [TappedExchange] = []
    @exclusivity(unchecked) private var isTicking = false
    @exclusivity(unchecked) var waiting = 0
    /// Bytes of bodies of those that go on.
    @exclusivity(unchecked) var held = 0
    @exclusivity(unchecked) private var most: Int

    init(_ loop: any EventLoop, _ store: TapStore) {
        (self.loop, self.store) = (loop, store)
        most = Self.share(store)
    }

    /// A sixteenth of what the record may have, for each loop.
    private static func share(_ store: TapStore) -> Int { store.bounds.bytes / 16 }

    /// Bytes that those that go on may still have.
    var room: Int { max(0, most - held) }

    /// A request has come.
    func begin(_ head: RequestHead, _ peer: Peer) -> TappedExchange {
        let exchange = next()
        exchange.begin(head, peer)
        return exchange
    }

    /// A connection, or a flow, that speaks something else.
    func begin(_ kind: TapKind, _ peer: Peer, at time: UInt64) -> TappedExchange {
        let exchange = next()
        exchange.begin(kind, peer, at: time)
        return exchange
    }

    private func next() -> TappedExchange {
        let exchange = spare.popLast() ?? TappedExchange(self)
        exchange.index = live.count
        live.append(exchange)
        if !isTicking { tick() }
        return exchange
    }

    func end(_ exchange: TappedExchange) {
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
        most = Self.share(store)
        let now = NIODeadline.now().uptimeNanoseconds
        for exchange in live { exchange.show(at: now) }
        if !live.isEmpty { tick() }
    }
}
