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
        /// Where the dialer must be asked, which tells its other end who asks; nil for one that does not, and can be asked anywhere.
        package var loop: (any EventLoop)?

        package init(_ port: Port, _ dialer: any Dialer, on loop: (any EventLoop)? = nil) {
            (self.port, self.dialer, self.loop) = (port, dialer, loop)
        }

        var tellsPeers: Bool { loop != nil }
    }

    /// Leads out of its network to what it can reach, and into it to its port.
    func join(_ offline: KeptProcess.Offline) async {
        network.withLock { $0 = offline.network }
        for (port, sockets) in offline.listening {
            guard let adopted = ListeningSockets.adopted(sockets), let way = reach.first(where: { $0.port == port })
            else {
                continue
            }
            let (network, own) = (offline.network, UserNames.own)
            let passage = try? await PassedPort.open(adopted, on: way.loop ?? surroundings.loop) { near in
                let peer = network.peer(of: near)
                // Who is told who asks judges for himself. Anybody else would take every user in there for this one.
                if way.tellsPeers { return way.dialer.asked(by: peer) }
                return peer.owner == .user(own) || !ProcessTree.tellsListeners ? way.dialer : nil
            }
            if let passage { passages.append(passage) }
        }
        // A command is asked for nothing.
        if plan.readiness.sign != .started { await answerAtPort() }
    }
}
