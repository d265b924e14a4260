package import HomeportCore
import HomeportNet
import NIOCore
import Synchronization

extension Link {
    /// Whether it does something else than its plan says, or is cut.
    package var isEdited: Bool { state.withLock { $0.isEdited || $0.isCut } || !isOpen || isMoved }

    package var port: Port? { places.first.flatMap { Endpoint($0).port } }

    package var status: LinkStatus {
        get async throws {
            var counts = LinkCounts()
            guard !state.withLock(\.isEnded) else { throw HomeportError(.linkEnded, "the link \(name) has ended") }
            for loop in loops { counts += try await loop.eventLoop.submit { loop.value.harvest() }.get() }
            let now = NIODeadline.now()
            return state.withLock { state in
                func way(_ words: [ConditionWords], _ counts: LinkCounts.Way, _ order: [UInt64]) -> LinkStatus.Way {
                    LinkStatus.Way(
                        conditions: words,
                        received: counts.received,
                        bytes: counts.bytes,
                        effects: LinkStatus.effects(counts, state.names, order, isDatagram: isDatagram)
                    )
                }
                return LinkStatus(
                    name: name,
                    group: group,
                    transport: isDatagram ? "udp" : "tcp",
                    addresses: places.map { Endpoint($0, scheme: isDatagram ? .udp : nil).description },
                    target: state.target.text,
                    connect: state.settings.connect,
                    isOpen: isOpen,
                    isCut: state.isCut,
                    cutFor: state.cutUntil.map { Double(max(0, ($0 - now).nanoseconds)) / 1e9 },
                    setFor: state.edits.compactMap(\.until).max().map { Double(max(0, ($0 - now).nanoseconds)) / 1e9 },
                    isEdited: state.isEdited,
                    seed: seed,
                    replays: recording?.connections,
                    open: counts.open,
                    opened: counts.opened,
                    failed: counts.failed,
                    lastFailure: state.lastFailure,
                    overflowed: counts.overflowed,
                    up: way(state.settings.words.up, counts.up, state.order.up),
                    down: way(state.settings.words.down, counts.down, state.order.down),
                    http: http.status
                )
            }
        }
    }
}
