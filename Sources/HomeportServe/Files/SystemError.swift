#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The `errno` of a call that has just failed, and what it means to who asked for a file.
struct SystemError: Error, Equatable {
    enum Kind { case nothing, denied, exhausted, full, other }

    let number: CInt

    static var last: SystemError { SystemError(number: errno) }

    var kind: Kind {
        switch number {
        case ENOENT, ENOTDIR, ENAMETOOLONG, ELOOP: .nothing
        case EACCES, EPERM, EROFS: .denied
        case EMFILE, ENFILE, ENOMEM: .exhausted
        case ENOSPC, EDQUOT: .full
        default: .other
        }
    }
}
