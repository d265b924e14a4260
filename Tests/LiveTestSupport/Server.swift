import HomeportCore
package import HomeportHTTP
import HomeportNet
import NIOCore
import NIOPosix

/// Serves on any port of both loopbacks as long as `body` runs.
package func withServer<Result: Sendable>(
    threads: Int = 1,
    policy: (any RequestPolicy)? = nil,
    observer: (any ExchangeObserving)? = nil,
    _ responder: (ServerLoops) async throws -> any Responder,
    _ body: (UInt16) async throws -> Result
) async throws -> Result {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
    do {
        let loops = try await ServerLoops(group)
        let service = HTTPService(responder: try await responder(loops), policy: policy, observer: observer)
        let sockets = try ListeningSockets.open(.loopbacks(nil))
        let listener = try await HTTPServer.start(sockets, on: loops, service: service, onRefusal: { _ in })
        let result = try await body(listener.port?.number ?? 0)
        await listener.stop(within: .zero)
        try await group.shutdownGracefully()
        return result
    } catch {
        try? await group.shutdownGracefully()
        throw error
    }
}

/// Answers with its name, and what it was asked.
package final class NamedResponder: Responder {
    private let name: String

    package init(_ name: String) { self.name = name }

    package func respond(to head: RequestHead, _ exchange: any Exchange) {
        let (answer, body) = ResponseHead.text(200, "\(name) \(head.methodText) \(head.targetText)")
        exchange.answer(answer, body)
    }
}
