import HomeportNet

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What a failed system call means to who asked for a file.
extension SystemFailure {
    enum Kind { case nothing, denied, exhausted, full, other }

    /// The call that has just failed.
    static func last(_ call: String) -> SystemFailure { SystemFailure(call, systemErrno) }

    var kind: Kind {
        switch errno {
        case ENOENT, ENOTDIR, ENAMETOOLONG, ELOOP, EISDIR: .nothing
        case EACCES, EPERM, EROFS: .denied
        case EMFILE, ENFILE, ENOMEM: .exhausted
        case ENOSPC, EDQUOT: .full
        default: .other
        }
    }
}

/// `errno`, under a name that a property of that name does not hide.
private var systemErrno: CInt { errno }
