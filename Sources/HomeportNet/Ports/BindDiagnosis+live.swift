package import HomeportCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Looks around on this machine, and lets the pure part find the words.
extension BindDiagnosis {
    package static func live(
        _ place: ListenPlace,
        _ failure: SystemFailure,
        offersOtherPort: Bool = true
    ) -> HomeportError {
        if case .address(.unix(let path)) = place {
            let state = UnixSocketFile.state(of: path)
            var owner: RunningProcess?
            if case .live(let peer?) = state { owner = ProcessTable.process(peer.pid) }
            return unix(path, failure, state, owner)
        }
        var diagnosis = BindDiagnosis(
            place,
            addresses: place.addresses.filter { $0 != .loopback6 || place.addresses.count == 1 || hasLoopback6 },
            holders: failure.errno == EADDRINUSE ? place.port.map(holders(of:)) ?? [] : [],
            rules: .current,
            viewer: geteuid(),
            machine: failure.errno == EADDRNOTAVAIL ? IPAddress.ofThisMachine : []
        )
        diagnosis.offersOtherPort = offersOtherPort
        return diagnosis.error(failure)
    }

    /// A kernel that hides its sockets must not hide that the port is taken: then nobody is found.
    private static func holders(of port: Port) -> [PortHolder] {
        PortHolder.find((try? ListenerTable.sockets(on: port)) ?? [])
    }

    private static var hasLoopback6: Bool {
        do {
            return try ListeningSockets.boundLoopback6(0) != nil
        } catch {
            return true
        }
    }
}

extension IPAddress {
    /// The addresses of all interfaces that are up.
    package static var ofThisMachine: [IPAddress] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return [] }
        defer { freeifaddrs(list) }
        var found: [IPAddress] = []
        for entry in sequence(first: list, next: { $0?.pointee.ifa_next }) {
            guard let address = entry?.pointee.ifa_addr, let name = SocketName(copying: address) else { continue }
            found.append(name.address)
        }
        return found
    }
}
