import HomeportHTTP
import HomeportNet
import Synchronization

/// The door's listener, for who is handed connections: those that come before it is there wait for it.
final class ListenerHolder: Sendable {
    private struct State {
        var listener: Listener?
        var service: HTTPService?
        var waiting: [(LeavingConnection, Int)] = []
    }

    /// Beyond it they are ended, as a full backlog would.
    private static let mostWaiting = 1024

    private let loops: ServerLoops
    private let state = Mutex(State())

    init(_ loops: ServerLoops) { self.loops = loops }

    func hold(_ listener: Listener, _ service: HTTPService) {
        let waiting = state.withLock { state in
            (state.listener, state.service) = (listener, service)
            defer { state.waiting = [] }
            return state.waiting
        }
        for (connection, transfers) in waiting { adopt(connection, transfers) }
    }

    var descriptors: [CInt] { state.withLock { $0.listener?.descriptors } ?? [] }

    func adopt(_ connection: LeavingConnection, _ transfers: Int) {
        let (held, isRefused) = state.withLock { state -> ((Listener, HTTPService)?, Bool) in
            if let listener = state.listener, let service = state.service { return ((listener, service), false) }
            guard state.waiting.count < Self.mostWaiting else { return (nil, true) }
            state.waiting.append((connection, transfers))
            return (nil, false)
        }
        if isRefused { _ = Descriptor(owning: connection.descriptor) }
        guard let (listener, service) = held else { return }
        HTTPServer.adopt(connection, transfers: transfers, at: listener, on: loops, service: service)
    }
}
