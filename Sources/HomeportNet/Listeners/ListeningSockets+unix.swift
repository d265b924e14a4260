import HomeportCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension ListeningSockets {
    /// A unix socket outlives the program that made it, as a file on which nobody answers. Such a file is replaced; one
    /// on which somebody answers never is.
    static func unix(_ path: String, _ backlog: CInt) throws(SystemFailure) -> ListeningSockets {
        let socket = try Descriptor.stream(AF_UNIX)
        // Two programs that find the same stale file would each remove it, one of them after the other's new socket
        // stands there. So looking, removing and binding happen under a lock on the folder, where the system grants
        // one.
        let lock = FolderLock(of: path)
        do {
            try claim(path, for: socket)
        } catch {
            guard error.errno == EADDRINUSE, UnixSocketFile.state(of: path) == .stale else { throw error }
            guard unlink(path) == 0 else { throw SystemFailure("unlink", errno) }
            try claim(path, for: socket)
        }
        // Between bind and listen nobody can connect, so the mode holds from the first connection on.
        let file = UnixSocketFile(path)
        do throws(SystemFailure) {
            guard chmod(path, 0o600) == 0 else { throw SystemFailure("chmod", errno) }
            try listening(socket, backlog)
        } catch {
            file?.remove()
            throw error
        }
        _ = consume lock
        return ListeningSockets([socket.release()], [.unix(path)], file: file)
    }

    private static func claim(_ path: String, for socket: borrowing Descriptor) throws(SystemFailure) {
        let number = socket.number
        let answer = withUnixSockaddr(path) { bind(number, $0, $1) == 0 ? 0 : errno }
        guard let answer else { throw SystemFailure("bind", ENAMETOOLONG) }
        guard answer == 0 else { throw SystemFailure("bind", answer) }
    }
}
