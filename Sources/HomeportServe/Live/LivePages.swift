import HomeportHTTP
import NIOCore

/// The event streams of open pages. Each loop keeps its own, so that nothing is shared between loops but the news.
final class LivePages: Sendable {
    private struct Streams {
        var open: [ObjectIdentifier: any Exchange] = [:]
        var heartbeat: RepeatedTask?
    }

    private let boxes: [NIOLoopBoundBox<Streams>]

    /// For each loop; a browser opens one for each tab.
    private static let mostStreams = 256
    /// A comment now and then shows whether a page is still there.
    private static let pulse = TimeAmount.seconds(15)

    init(_ loops: ServerLoops) async throws {
        boxes = try await loops.onEach { state in
            let box = NIOLoopBoundBox(Streams(), eventLoop: state.loop)
            box.value.heartbeat = state.loop.scheduleRepeatedTask(initialDelay: Self.pulse, delay: Self.pulse) { _ in
                Self.send(": still here\n\n", to: box)
            }
            return box
        }
    }

    func add(_ exchange: any Exchange) {
        let box = boxes[exchange.loop.index]
        guard box.value.open.count < Self.mostStreams else {
            return exchange.refuse(Refusal(503, "live.full", "too many pages listen for changes"))
        }
        var head = ResponseHead(200, body: .streamed)
        head.add("Content-Type", "text/event-stream")
        head.add("Cache-Control", "no-store")
        let id = ObjectIdentifier(exchange)
        box.value.open[id] = exchange
        exchange.onClosed = { box.value.open[id] = nil }
        exchange.begin(head)
        exchange.send(ByteBuffer(string: "retry: 500\n\n"))
    }

    func tell(_ change: LiveChange) {
        for box in boxes {
            box.eventLoop.execute { Self.send("event: \(change.rawValue)\ndata:\n\n", to: box) }
        }
    }

    func end() async {
        for box in boxes {
            try? await box.eventLoop.submit {
                box.value.heartbeat?.cancel()
                for stream in box.value.open.values { stream.end() }
            }
            .get()
        }
    }

    /// A page that takes nothing is left out; it learns of the change when it asks for anything again.
    private static func send(_ text: String, to box: NIOLoopBoundBox<Streams>) {
        for stream in box.value.open.values where !stream.isCongested { stream.send(ByteBuffer(string: text)) }
    }
}
