#if os(macOS)
import Darwin

/// A pipe that no program inherits, but for one that another thread starts at this moment: Darwin has no better way.
func unsharedPipe(_ ends: inout [CInt]) -> CInt {
    guard pipe(&ends) == 0 else { return -1 }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return 0
}

/// What `SO_TYPE` says of a stream.
let streamKind = SOCK_STREAM

/// A connection that no program inherits, with the same exception.
func unsharedAccept(_ listening: CInt, isBlocking: Bool) -> CInt {
    let connection = accept(listening, nil, nil)
    guard connection >= 0 else { return connection }
    _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
    _ = fcntl(connection, F_SETFL, isBlocking ? 0 : O_NONBLOCK)
    return connection
}
#endif
