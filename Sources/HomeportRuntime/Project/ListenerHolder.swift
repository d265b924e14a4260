import HomeportHTTP
import HomeportNet
import Synchronization

/// The door's listener, for who is handed connections before it is there.
final class ListenerHolder: Sendable {
    private let held = Mutex<(listener: Listener, service: HTTPService)?>(nil)

    func hold(_ listener: Listener, _ service: HTTPService) { held.withLock { $0 = (listener, service) } }

    var descriptors: [CInt] { held.withLock { $0?.listener.descriptors } ?? [] }

    func adopt(_ connection: LeavingConnection, _ transfers: Int, _ loops: ServerLoops) {
        guard let (listener, service) = held.withLock({ $0 }) else {
            return _ = Descriptor(owning: connection.descriptor)
        }
        HTTPServer.adopt(connection, transfers: transfers, at: listener, on: loops, service: service)
    }
}
