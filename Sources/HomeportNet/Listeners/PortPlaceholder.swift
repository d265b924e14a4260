package import HomeportCore

/// Holds a port of both loopbacks without listening, so that nobody takes it while who it belongs to is away.
///
/// On Linux, who connects meanwhile is refused; the kernel gives the port to nobody of its own accord, and a program that
/// binds without `SO_REUSEADDR` is told that it is taken. One that sets that option can still have it.
package final class PortPlaceholder: Sendable {
    package let port: Port
    private let sockets: [CInt]

    /// - Throws: Why it cannot be had: mostly `EADDRINUSE`, where somebody listens on one of the two.
    package init(_ port: Port) throws(SystemFailure) {
        self.port = port
        let four = try ListeningSockets.bound(SocketName(.loopback4, port.number))
        guard let six = try ListeningSockets.boundLoopback6(port.number) else {
            sockets = [four.release()]
            return
        }
        sockets = [four.release(), six.release()]
    }

    deinit { for socket in sockets { _ = Descriptor(owning: socket) } }
}
