import HomeportCore
import HomeportNet
import NIOCore
import Synchronization

/// How services of a project are reached as they are now, for who was made before them.
final class ServiceWays: Sendable {
    private let dialers = Mutex<[ServiceName: any Dialer]>([:])

    func lead(to services: [ServiceName: RunningService]) {
        let all = services.compactMapValues { $0.dialer?(.seconds(10)) }
        dialers.withLock { $0 = all }
    }

    /// Leads to the service that has this name when somebody goes there.
    struct Way: Dialer {
        let name: ServiceName
        let ways: ServiceWays

        func dial(
            on loop: any EventLoop,
            initialize: @escaping @Sendable (any Channel) throws -> Void
        ) -> EventLoopFuture<any Channel> {
            guard let dialer = ways.dialers.withLock({ $0[name] }) else {
                return loop.makeFailedFuture(HomeportError(.badValue, "there is no service \(name)"))
            }
            return dialer.dial(on: loop, initialize: initialize)
        }
    }
}
