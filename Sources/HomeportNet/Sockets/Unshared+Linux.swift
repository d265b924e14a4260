#if os(Linux)
import CHomeportLinux

/// A pipe that no program inherits, however soon one is started.
func unsharedPipe(_ ends: inout [CInt]) -> CInt { homeport_pipe(&ends) }

/// A connection that no program inherits.
func unsharedAccept(_ listening: CInt, isBlocking: Bool) -> CInt {
    homeport_accept(listening, isBlocking ? 1 : 0)
}
#endif
