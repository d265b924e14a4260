package import HomeportCore
package import HomeportNet
package import NIOCore
import Synchronization

/// A program that is kept apart from every network but its own.
extension Program {
    /// A port of an offline program's network that leads out of it.
    package struct WayOut: Sendable {
        package var port: Port
        package var dialer: any Dialer
        /// Where the dialer can be asked; nil for anywhere.
        package var loop: (any EventLoop)?

        package init(_ port: Port, _ dialer: any Dialer, on loop: (any EventLoop)? = nil) {
            (self.port, self.dialer, self.loop) = (port, dialer, loop)
        }
    }

    /// Leads out of its network to what it can reach, and into it to its port.
    func join(_ offline: KeptProcess.Offline) async {
        network.withLock { $0 = offline.network }
        for (port, sockets) in offline.listening {
            guard let adopted = ListeningSockets.adopted(sockets), let way = reach.first(where: { $0.port == port }),
                let passage = try? await PassedPort.open(adopted, to: way.dialer, on: way.loop ?? surroundings.loop)
            else { continue }
            passages.append(passage)
        }
        // A command is asked for nothing.
        if plan.readiness.sign != .started { await answerAtPort() }
    }
}
