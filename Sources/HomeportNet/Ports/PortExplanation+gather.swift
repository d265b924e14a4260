package import HomeportCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension PortExplanation {
    /// Asks the kernel, looks for the programs, and tries to bind.
    package static func gather(_ port: Port) throws(HomeportError) -> PortExplanation {
        let sockets = try ListenerTable.sockets(on: port, udp: true)
        return PortExplanation(
            port,
            rules: .current,
            registeredName: port.registeredName,
            holders: PortHolder.find(sockets),
            viewer: geteuid(),
            loopbackInterface: if_nametoindex("lo") | if_nametoindex("lo0"),
            refusal: ListeningSockets.couldBindLoopbacks(port).map {
                BindDiagnosis.live(.loopbacks(port), $0, offersOtherPort: false)
            }
        )
    }
}
