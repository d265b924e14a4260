#if os(macOS)
import Darwin

let newSessionFlag = Int16(POSIX_SPAWN_SETSID)
#endif
