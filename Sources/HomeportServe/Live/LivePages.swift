import HomeportHTTP
import NIOCore

/// The event streams of open pages. Each loop keeps its own, so that nothing is shared between loops but the news.
final class LivePages: Sendable {
    private struct Streams {
        var open: [ObjectIdentifier: any Exchange] = [:]
        var heartbeat: RepeatedTask?
        /// Before there was any, when the server started: what a page got from an earlier one may be old.
        var lastChange = NIODeadline.now()
        var hasEnded = false
    }

    private let boxes: [NIOLoopBoundBox<Streams>]

    /// For each loop; a browser opens one for each page in sight.
    private static let mostStreams = 256

    /// - Parameter pulse: A comment this often shows whether a page is still there.
    init(_ loops: ServerLoops, pulse: TimeAmount) async throws {
        boxes = try await loops.onEach { state in
            let box = NIOLoopBoundBox(Streams(), eventLoop: state.loop)
            box.value.heartbeat = state.loop.scheduleRepeatedTask(initialDelay: pulse, delay: pulse) { _ in
                for stream in box.value.open.values where !stream.isCongested {
                    stream.send(ByteBuffer(string: ": still here\n\n"))
                }
            }
            return box
        }
    }

    /// Answers whether something changed since a page was fetched: 205 asks it to start anew.
    /// - Parameter age: How long ago that was; nil where it is not told.
    func check(_ exchange: any Exchange, age: TimeAmount?) {
        let isStale = age.map { .now() - boxes[exchange.loop.index].value.lastChange < $0 } ?? false
        exchange.answer(Self.head(isStale ? 205 : 200, body: isStale ? .length(0) : .streamed), nil)
    }

    func add(_ exchange: any Exchange) {
        let box = boxes[exchange.loop.index]
        guard !box.value.hasEnded, box.value.open.count < Self.mostStreams else {
            let (why, code): (String, Refusal.StaticCode) =
                box.value.hasEnded ? ("the server stops", "live.ended") : ("too many pages listen", "live.full")
            return exchange.refuse(Refusal(503, code, why))
        }
        let id = ObjectIdentifier(exchange)
        box.value.open[id] = exchange
        exchange.onClosed = { box.value.open[id] = nil }
        exchange.begin(Self.head(200, body: .streamed))
        exchange.send(ByteBuffer(string: ": listening\n\n"))
    }

    func tell(_ change: LiveChange) {
        for box in boxes {
            box.eventLoop.execute {
                box.value.lastChange = .now()
                let event = Self.event(change)
                for stream in box.value.open.values {
                    // One that takes nothing is ended: its page comes back, and asks what it missed.
                    if stream.isCongested { stream.abort() } else { stream.send(event) }
                }
            }
        }
    }

    /// Ends all streams, and lets none begin: a page comes back at once, perhaps on a connection that is still open.
    func end() async {
        for box in boxes {
            try? await box.eventLoop.submit {
                box.value.hasEnded = true
                box.value.heartbeat?.cancel()
                for stream in box.value.open.values { stream.end() }
            }
            .get()
        }
    }

    private static func head(_ status: Int, body: ResponseHead.Body) -> ResponseHead {
        var head = ResponseHead(status, body: body)
        head.add("Content-Type", "text/event-stream")
        head.add("Cache-Control", "no-store")
        return head
    }

    private static func event(_ change: LiveChange) -> ByteBuffer {
        ByteBuffer(string: "event: \(change.rawValue)\ndata:\n\n")
    }
}
