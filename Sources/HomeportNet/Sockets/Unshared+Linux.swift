#if os(Linux)
import CHomeportLinux

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// A pipe that no program inherits, however soon one is started.
func unsharedPipe(_ ends: inout [CInt]) -> CInt { homeport_pipe(&ends) }

/// What `SO_TYPE` says of a stream.
let streamKind = CInt(SOCK_STREAM.rawValue)

/// A connection that no program inherits.
func unsharedAccept(_ listening: CInt, isBlocking: Bool) -> CInt {
    homeport_accept(listening, isBlocking ? 1 : 0)
}
#endif
