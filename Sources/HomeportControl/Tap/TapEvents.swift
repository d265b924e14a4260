import HomeportCore
import HomeportHTTP
import HomeportTap
import NIOCore
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Tells one client what is new in the record, as server-sent events, for as long as it listens.
///
///     id: 712                      how many changes there have been: Last-Event-ID goes on from there
///     event: rows
///     data: [{"id":41,…}]          TapRowMessage, each once as it is by now
///
///     event: resync                what came in between is gone: the list has it
///     data: {"missed":1200}
///
/// At most ten events in a second. Nothing is kept for who does not read: it is told later how much it has missed, and let go of when
/// it has read nothing for a minute.
final class TapEvents {
    private let exchange: any Exchange
    private let store: TapStore
    private let filter: TapFilter
    private var after: UInt64
    private var said = NIODeadline.now()
    private var congestedSince: NIODeadline?

    private static let pause = TimeAmount.milliseconds(100)
    private static let heartbeat = TimeAmount.seconds(15)
    private static let patience = TimeAmount.seconds(60)
    /// So many may listen at a time.
    static let most = 64
    private static let open = Atomic(0)

    private init(_ exchange: any Exchange, _ store: TapStore, _ filter: TapFilter, after: UInt64) {
        (self.exchange, self.store, self.filter, self.after) = (exchange, store, filter, after)
    }

    /// - Returns: Whether it begins; not where too many listen.
    static func start(_ exchange: any Exchange, _ store: TapStore, _ filter: TapFilter, after: UInt64?) -> Bool {
        guard open.wrappingAdd(1, ordering: .relaxed).newValue <= most else {
            open.wrappingSubtract(1, ordering: .relaxed)
            return false
        }
        exchange.onClosed = { open.wrappingSubtract(1, ordering: .relaxed) }
        var head = ResponseHead(200, body: .streamed)
        head.add("Content-Type", "text/event-stream")
        head.add("Cache-Control", "no-store")
        head.add("X-Content-Type-Options", "nosniff")
        exchange.begin(head)
        exchange.send(ByteBuffer(string: "retry: 1000\n\n"))
        TapEvents(exchange, store, filter, after: after ?? store.newest).look()
        return true
    }

    private func look() {
        guard exchange.isOpen else { return }
        guard !exchange.isCongested else {
            let since = congestedSince ?? .now()
            congestedSince = since
            return .now() - since > Self.patience ? exchange.abort() : again()
        }
        congestedSince = nil
        let (store, filter, after) = (store, filter, after)
        // Off the loop: a filter may look through bodies.
        exchange.loop.loop.makeFutureWithTask { try Self.find(filter, store, after) }
            .assumeIsolated().whenComplete { result in
                guard case .success(let (text, next)) = result, self.exchange.isOpen else {
                    return self.exchange.abort()
                }
                self.after = next
                if !text.isEmpty {
                    self.say(text)
                } else if .now() - self.said > Self.heartbeat {
                    self.say(":\n\n")
                }
                self.again()
            }
    }

    private func say(_ text: String) {
        said = .now()
        exchange.send(ByteBuffer(string: text))
    }

    private func again() {
        exchange.loop.loop.assumeIsolated().scheduleTask(in: Self.pause) { self.look() }
    }

    private static func find(_ filter: TapFilter, _ store: TapStore, _ after: UInt64) throws -> (
        text: String, next: UInt64
    ) {
        let news = store.news(after: after, limit: TapQuery.mostRows)
        var text = news.missed > 0 ? "id: \(news.next)\nevent: resync\ndata: {\"missed\":\(news.missed)}\n\n" : ""
        let rows = news.rows.filter { filter.matches($0, in: store) }.map(TapRowMessage.init)
        guard !rows.isEmpty else { return (text, news.next) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        text += "id: \(news.next)\nevent: rows\ndata: \(String(decoding: try encoder.encode(rows), as: UTF8.self))\n\n"
        return (text, news.next)
    }
}
