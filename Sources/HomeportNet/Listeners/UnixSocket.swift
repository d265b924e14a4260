#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A unix socket's file, as those see it who connect to it.
package enum UnixSocket {
    /// Who listens there; nil where nobody does, or the system does not tell.
    package static func listener(at path: String) -> PeerIdentity? {
        guard case .live(let peer) = UnixSocketFile.state(of: path) else { return nil }
        return peer
    }

    /// Removes the file of a program that is gone. One on which somebody listens stays.
    ///
    /// Between a new socket's bind and its listen nobody answers there either, so this looks under the lock that whoever
    /// makes a socket holds until it listens.
    package static func removeStale(at path: String) {
        let lock = FolderLock(of: path)
        if case .stale = UnixSocketFile.state(of: path) { unlink(path) }
        _ = consume lock
    }
}
