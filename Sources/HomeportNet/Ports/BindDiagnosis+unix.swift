import HomeportCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Why a unix socket could not be made.
extension BindDiagnosis {
    static func unix(
        _ path: String,
        _ failure: SystemFailure,
        _ state: UnixSocketFile.State,
        _ owner: RunningProcess?
    ) -> HomeportError {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        var error =
            switch (failure.errno, state) {
            case (EADDRINUSE, .live(let peer)): live(owner, peer)
            case (EADDRINUSE, .otherFile):
                HomeportError(.socketPath, "a file that is no socket is in the way", fix: "choose another path")
            case (EADDRINUSE, .closed(let why)):
                HomeportError(
                    .socketPath,
                    "another socket is in the way, and does not let us see whose it is: \(SystemFailure.text(why))",
                    fix: "choose another path"
                )
            case (ENOENT, _), (ENOTDIR, _):
                HomeportError(.socketPath, "there is no folder \(folder)", fix: "make it with mkdir -p \(folder)")
            case (EACCES, _), (EPERM, _), (EROFS, _):
                HomeportError(
                    .socketPath,
                    "no socket can be made in \(folder): \(SystemFailure.text(failure.errno))",
                    fix: "choose a folder that is yours"
                )
            case (ENAMETOOLONG, _):
                HomeportError(
                    .socketPath,
                    "the socket's path has \(path.utf8.count) bytes, which is too long for the system",
                    fix: "choose a shorter one, at most 103 bytes"
                )
            default:
                HomeportError(.socketPath, "\(failure.call) failed: \(SystemFailure.text(failure.errno))")
            }
        error.subject = "unix:\(path)"
        error.errno = failure.errno
        return error
    }

    private static func live(_ owner: RunningProcess?, _ peer: PeerIdentity?) -> HomeportError {
        let who = owner.map(\.description) ?? peer.map { "a process of uid \($0.uid)" } ?? "somebody"
        return HomeportError(
            .socketTaken,
            "\(who) listens on it",
            fix: owner.map { "stop it with kill \($0.pid), or choose another path" } ?? "choose another path"
        )
    }
}
