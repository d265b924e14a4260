import HomeportCore
import NIOCore
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The listening sockets of a ``Listener``, and whether they accept.
///
/// Who connects to a socket that listens and whose accept queue is full hears nothing: the kernel drops the first packet, and
/// the client tries again until it gives up. So *unreachable* is a queue of no length that one connection of our own fills.
/// Refusing is a socket that is bound and does not listen: the port cannot be taken by anybody else meanwhile. Both keep the
/// socket itself, through a second descriptor of it, while NIO's is closed.
actor ListenerGate {
    /// Ends accepting on one socket, and closes its descriptor.
    typealias Stop = @Sendable () async -> Void

    nonisolated let descriptors: [CInt]
    private let backlog: CInt
    private let fillers: Fillers
    private let serve: @Sendable (CInt) async throws -> Stop
    private var stops: [Stop] = []
    /// Nil where a turn failed half-way: whatever is wanted next is done from there.
    private var mode: ConnectMode?
    private var isClosed = false
    private let turns = Turns()

    init(
        _ descriptors: [CInt],
        backlog: CInt,
        fillers: Fillers,
        serve: @escaping @Sendable (CInt) async throws -> Stop
    ) {
        self.descriptors = descriptors
        self.backlog = backlog
        self.fillers = fillers
        self.serve = serve
    }

    /// Begins to accept on sockets that listen already.
    func open() async throws {
        do { try await accept() } catch {
            await close()
            throw error
        }
        mode = .accept
    }

    /// Makes true what is wanted when it is this turn's time: of several that ask at once, the last word counts.
    func turn(to wanted: @Sendable () -> ConnectMode) async throws {
        await turns.take()
        defer { turns.end() }
        let wanted = wanted()
        guard wanted != mode, !isClosed else { return }
        guard wanted == .accept || descriptors.allSatisfy({ SocketName(localOf: $0) != nil }) else {
            throw HomeportError(.cannotListen, "a unix socket cannot refuse", fix: "let the link listen on a port")
        }
        mode = nil
        await stopAccepting()
        do {
            switch wanted {
            case .accept:
                for descriptor in descriptors { try relisten(descriptor, backlog) }
                try await accept()
            case .refuse: try refuse()
            case .unreachable: try fill()
            }
        } catch {
            await stopAccepting()
            throw HomeportError(
                .cannotListen,
                "the socket cannot be turned to \(wanted): \(DialFailure.text(error))",
                fix: "try again; too many open files are the usual reason"
            )
        }
        mode = wanted
    }

    func close() async {
        await turns.take()
        defer { turns.end() }
        guard !isClosed else { return }
        isClosed = true
        await stopAccepting()
        fillers.closeAll()
        for descriptor in descriptors { systemClose(descriptor) }
    }

    private func accept() async throws {
        for descriptor in descriptors {
            let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
            guard copy >= 0 else { throw SystemFailure("dup", errno) }
            stops.append(try await serve(copy))
            // NIO listens once more, with a backlog of its own.
            ListeningSockets.restoreBacklog(descriptor, backlog)
        }
    }

    private func stopAccepting() async {
        for stop in stops { await stop() }
        stops = []
    }

    private func relisten(_ descriptor: CInt, _ backlog: CInt) throws(SystemFailure) {
        guard listen(descriptor, backlog) == 0 else { throw SystemFailure("listen", errno) }
    }

    private func refuse() throws(SystemFailure) {
        // A connection that fills a queue is gone with the queue.
        fillers.closeAll()
        for descriptor in descriptors {
            guard shutdown(descriptor, CInt(SHUT_RDWR)) == 0 || errno == ENOTCONN else {
                throw SystemFailure("shutdown", errno)
            }
        }
    }

    private func fill() throws(SystemFailure) {
        for descriptor in descriptors {
            try relisten(descriptor, 0)
            guard let name = SocketName(localOf: descriptor) else { throw SystemFailure("getsockname", errno) }
            // The kernel lets one more in than it was asked for.
            try fillers.connect(to: name)
        }
    }
}

/// Connections of our own that fill an accept queue. When it is served again they come out of it like any other, and must not
/// be taken for a client's.
final class Fillers: Sendable {
    /// The two families count ports each for itself.
    private struct Name: Hashable {
        let isIPv6: Bool
        let port: Int
    }

    private let sockets = Mutex<[Name: CInt]>([:])

    func connect(to name: SocketName) throws(SystemFailure) {
        let socket = try Descriptor.stream(name.family)
        let answer = name.withSockaddr { systemConnect(socket.number, $0, $1) == 0 ? 0 : errno }
        guard answer == 0 || answer == EINPROGRESS else { throw SystemFailure("connect", answer) }
        guard let own = SocketName(localOf: socket.number) else { throw SystemFailure("getsockname", errno) }
        let number = socket.release()
        let key = Name(isIPv6: own.family == AF_INET6, port: Int(own.port))
        sockets.withLock { $0[key] = number }
    }

    /// Whether this is one of them, which then has done its work.
    func take(_ address: SocketAddress?) -> Bool {
        guard let address, let port = address.port else { return false }
        let key = Name(isIPv6: address.protocol == .inet6, port: port)
        let found = sockets.withLock { $0.isEmpty ? nil : $0.removeValue(forKey: key) }
        if let found { systemClose(found) }
        return found != nil
    }

    func closeAll() {
        let all = sockets.withLock { sockets in
            defer { sockets = [:] }
            return Array(sockets.values)
        }
        for socket in all { systemClose(socket) }
    }

    deinit { closeAll() }
}

/// `connect` and `close`, under names that methods of those names do not hide.
private func systemConnect(_ socket: CInt, _ name: UnsafePointer<sockaddr>, _ length: socklen_t) -> CInt {
    connect(socket, name, length)
}

private func systemClose(_ descriptor: CInt) { close(descriptor) }
