import HomeportHTTP
import HomeportNet
import NIOCore
import NIOPosix
import Synchronization

/// Runs `body` against a server on a port of its own, and stops the server.
func withServer<Result>(
    _ answer: @escaping @Sendable (RequestHead, any Exchange) -> Void,
    deadlines: HTTPDeadlines = HTTPDeadlines(),
    _ body: (Listener) async throws -> Result
) async throws -> Result {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    do {
        var service = HTTPService(responder: Answering(answer: answer))
        service.deadlines = deadlines
        let listener = try await HTTPServer.start(
            try ListeningSockets.open(.loopbacks(nil)),
            on: ServerLoops(group),
            service: service,
            onRefusal: { _ in }
        )
        let result: Result
        do { result = try await body(listener) } catch {
            await listener.stop(within: .zero)
            throw error
        }
        await listener.stop(within: .zero)
        try await group.shutdownGracefully()
        return result
    } catch {
        try? await group.shutdownGracefully()
        throw error
    }
}

private final class Answering: Responder {
    let answer: @Sendable (RequestHead, any Exchange) -> Void

    init(answer: @escaping @Sendable (RequestHead, any Exchange) -> Void) { self.answer = answer }

    func respond(to head: RequestHead, _ exchange: any Exchange) { answer(head, exchange) }
}

/// Waits until something is so, for at most 20 seconds.
func until(_ isSo: () -> Bool) async throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(20)
    while !isSo() {
        guard ContinuousClock.now < deadline else { return false }
        try await Task.sleep(for: .milliseconds(2))
    }
    return true
}

/// Exchanges that wait until the test lets them go on.
final class Held: Sendable {
    private let waiting = Mutex<[@Sendable () -> Void]>([])

    var count: Int { waiting.withLock { $0.count } }

    func hold(_ exchange: any Exchange, then answer: @escaping @Sendable (any Exchange) -> Void) {
        let bound = NIOLoopBound(exchange, eventLoop: exchange.loop.loop)
        waiting.withLock { $0.append { bound.eventLoop.execute { answer(bound.value) } } }
    }

    func release() {
        for go in waiting.withLock({ waiting in
            defer { waiting = [] }
            return waiting
        }) { go() }
    }
}
