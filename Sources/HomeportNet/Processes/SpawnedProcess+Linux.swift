#if os(Linux)
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// POSIX_SPAWN_SETSID, which the C library's module lacks as it depends on _GNU_SOURCE.
let newSessionFlag: Int16 = 0x80
#endif
