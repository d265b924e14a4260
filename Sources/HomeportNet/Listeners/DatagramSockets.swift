package import HomeportCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// UDP sockets that are bound at one place: two for the loopbacks, else one. Owned until handed over.
///
/// Both loopbacks or none, as with ``ListeningSockets``. Without `SO_REUSEADDR`: on UDP it lets a second program take the
/// first one's datagrams.
package struct DatagramSockets: ~Copyable {
    package let port: Port?
    /// Where they are bound, IPv4 first.
    package let places: [Endpoint.Place]

    private var descriptors: [CInt]

    package static func open(_ place: ListenPlace) throws(HomeportError) -> DatagramSockets {
        do throws(SystemFailure) {
            switch place {
            case .loopbacks(nil): return try anyPort()
            case .loopbacks(let port?), .address(.loopback(let port)): return try loopbacks(port.number)
            case .address(.ipv4(let address, let port)):
                return DatagramSockets(
                    [try bound(SocketName(.v4(address), port.number)).release()],
                    [.ipv4(address, port)]
                )
            case .address(.ipv6(let address, let port)):
                return DatagramSockets(
                    [try bound(SocketName(.v6(address), port.number)).release()],
                    [.ipv6(address, port)]
                )
            case .address(.unix): throw SystemFailure("bind", EAFNOSUPPORT)
            }
        } catch {
            throw HomeportError(
                error.errno == EADDRINUSE ? .portTaken : .cannotListen,
                error.errno == EADDRINUSE
                    ? "UDP port \(place.port?.number ?? 0) is taken"
                    : "no UDP socket: \(SystemFailure.text(error.errno))",
                where: place.description,
                fix: "choose another port, or see who has it: ss -lunp",
                errno: error.errno
            )
        }
    }

    private init(_ descriptors: [CInt], _ places: [Endpoint.Place]) {
        self.descriptors = descriptors
        self.places = places
        port = places.first.flatMap { Endpoint($0).port }
    }

    deinit { for descriptor in descriptors { close(descriptor) } }

    package consuming func release() -> [CInt] {
        let released = descriptors
        descriptors = []
        return released
    }

    private static func loopbacks(_ number: UInt16) throws(SystemFailure) -> DatagramSockets {
        let first = try bound(SocketName(.loopback4, number))
        guard let port = SocketName(localOf: first.number).flatMap({ Port($0.port) }) else {
            throw SystemFailure("getsockname", errno)
        }
        guard let second = try boundLoopback6(port.number) else {
            return DatagramSockets([first.release()], [.ipv4(.loopback, port)])
        }
        return DatagramSockets([first.release(), second.release()], [.ipv4(.loopback, port), .ipv6(.loopback, port)])
    }

    /// - Returns: nil where the machine has no IPv6.
    private static func boundLoopback6(_ port: UInt16) throws(SystemFailure) -> Descriptor? {
        do throws(SystemFailure) { return try bound(SocketName(.loopback6, port)) } catch {
            if error.errno == EAFNOSUPPORT || error.errno == EADDRNOTAVAIL { return nil }
            throw error
        }
    }

    /// The kernel picks a port for IPv4 without looking at IPv6.
    private static func anyPort() throws(SystemFailure) -> DatagramSockets {
        for _ in 1..<128 {
            do throws(SystemFailure) { return try loopbacks(0) } catch {
                guard error.errno == EADDRINUSE else { throw error }
            }
        }
        return try loopbacks(0)
    }

    private static func bound(_ name: SocketName) throws(SystemFailure) -> Descriptor {
        let socket = try Descriptor.datagram(name.family)
        if case .v6 = name.address {
            var on: CInt = 1
            guard
                setsockopt(socket.number, CInt(IPPROTO_IPV6), IPV6_V6ONLY, &on, socklen_t(MemoryLayout<CInt>.size)) == 0
            else { throw SystemFailure("setsockopt", errno) }
        }
        guard name.withSockaddr({ bind(socket.number, $0, $1) }) == 0 else { throw SystemFailure("bind", errno) }
        return socket
    }
}
