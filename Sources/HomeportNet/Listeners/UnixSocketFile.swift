#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The file of a unix socket that we made, told by its inode from one that somebody else has put in its place since.
struct UnixSocketFile: Sendable {
    let path: String
    private let device: UInt64
    private let inode: UInt64

    init?(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        self.path = path
        device = UInt64(truncatingIfNeeded: status.st_dev)
        inode = UInt64(status.st_ino)
    }

    func remove() {
        guard let now = UnixSocketFile(path), now.device == device, now.inode == inode else { return }
        unlink(path)
    }
}

extension UnixSocketFile {
    enum State: Hashable {
        case absent
        /// A file that is no socket: never ours to remove.
        case otherFile
        /// Nobody listens.
        case stale
        /// Somebody listens: who, where the system tells.
        case live(PeerIdentity?)
        /// It may be either: we may not connect to it.
        case closed(CInt)
    }

    static func state(of path: String) -> State {
        var status = stat()
        guard lstat(path, &status) == 0 else { return .absent }
        guard status.st_mode & S_IFMT == S_IFSOCK else { return .otherFile }
        let socket: Descriptor
        do throws(SystemFailure) { socket = try Descriptor.stream(AF_UNIX) } catch { return .closed(error.errno) }
        let number = socket.number
        let answer = withUnixSockaddr(path) { connect(number, $0, $1) == 0 ? 0 : errno }
        switch answer ?? ENAMETOOLONG {
        case 0: return .live(PeerIdentity(of: number))
        // Its queue of waiting connections is full: alive, if busy.
        case EAGAIN, EINPROGRESS: return .live(nil)
        case ECONNREFUSED: return .stale
        case let other: return .closed(other)
        }
    }
}

/// Lends the form that `bind` and `connect` take; nil where the path does not fit.
func withUnixSockaddr<Result>(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result? {
    var raw = sockaddr_un()
    raw.sun_family = sa_family_t(AF_UNIX)
    let fits = withUnsafeMutableBytes(of: &raw.sun_path) { room in
        guard path.utf8.count < room.count else { return false }
        room.copyBytes(from: path.utf8)
        return true
    }
    guard fits else { return nil }
    return withUnsafePointer(to: &raw) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
}
