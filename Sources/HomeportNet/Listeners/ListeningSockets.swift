package import HomeportCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Sockets that listen at one place: two for the loopbacks, else one. Owned until handed over.
///
/// Both loopbacks or none: whoever holds only `127.0.0.1:P` lets another program hold `[::1]:P`, and since browsers try
/// `::1` first, a person then sees the wrong program. So the two are opened together, and one that fails closes both.
///
///     let sockets = try ListeningSockets.open(.loopbacks(.homeport))
///     for descriptor in sockets.release() {
///         let channel = try await bootstrap.withBoundSocket(descriptor).get()     // listens again, backlog 128
///         ListeningSockets.restoreBacklog(descriptor)
///     }
package struct ListeningSockets: ~Copyable {
    /// What the kernel is asked for; it takes at most `net.core.somaxconn`, 4096 by default.
    package static let usualBacklog: CInt = 4096

    /// Nil for a unix socket.
    package let port: Port?
    /// Where they listen, IPv4 first.
    package let places: [Endpoint.Place]
    /// The machine has no `::1`, so that `127.0.0.1` is all there is: the caller says so, once.
    package let ipv6Missing: Bool

    /// Whether other processes accept on them, too, or may come to.
    package var isShared = false

    private var descriptors: [CInt]
    private var file: UnixSocketFile?

    /// - Throws: ``HomeportError`` that says who or what is in the way: `port.taken`, `port.privileged`, ….
    package static func open(
        _ place: ListenPlace,
        backlog: CInt = usualBacklog
    ) throws(HomeportError) -> ListeningSockets {
        do {
            switch place {
            case .loopbacks(nil): return try anyPort(backlog)
            case .loopbacks(let port?), .address(.loopback(let port)): return try loopbacks(port.number, backlog)
            case .address(.ipv4(let address, let port)):
                return try one(SocketName(.v4(address), port.number), backlog)
            case .address(.ipv6(let address, let port)):
                return try one(SocketName(.v6(address), port.number), backlog)
            case .address(.unix(let path)): return try unix(path, backlog)
            }
        } catch {
            throw BindDiagnosis.live(place, error)
        }
    }

    init(_ descriptors: [CInt], _ places: [Endpoint.Place], ipv6Missing: Bool = false, file: UnixSocketFile? = nil) {
        self.descriptors = descriptors
        self.places = places
        self.ipv6Missing = ipv6Missing
        self.file = file
        port = places.first.flatMap { Endpoint($0).port }
    }

    /// Sockets that listen already, handed over by who opened them. Owned from here on.
    /// - Returns: nil where one of them is none.
    package static func adopted(_ descriptors: [CInt]) -> ListeningSockets? {
        let places = descriptors.compactMap { descriptor -> Endpoint.Place? in
            guard let name = SocketName(localOf: descriptor), let port = Port(name.port) else { return nil }
            switch name.address {
            case .v4(let address): return .ipv4(address, port)
            case .v6(let address): return .ipv6(address, port)
            }
        }
        guard !places.isEmpty, places.count == descriptors.count else {
            for descriptor in descriptors { close(descriptor) }
            return nil
        }
        var sockets = ListeningSockets(descriptors, places)
        sockets.isShared = true
        return sockets
    }

    deinit {
        for descriptor in descriptors { close(descriptor) }
        file?.remove()
    }

    /// Hands the descriptors over, in the order of ``places``. Who takes them closes them, and removes a unix socket's
    /// file.
    package consuming func release() -> [CInt] {
        let released = descriptors
        descriptors = []
        file = nil
        return released
    }

    /// Listens once more, for the backlog alone: NIO's `withBoundSocket` listens with 128, whatever its options say.
    /// Listening on a socket that already listens changes nothing else.
    package static func restoreBacklog(_ descriptor: CInt, _ backlog: CInt = usualBacklog) {
        listen(descriptor, backlog)
    }
}
