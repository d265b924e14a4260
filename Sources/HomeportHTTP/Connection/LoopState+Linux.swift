#if os(Linux)
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

let coarseClock = CLOCK_REALTIME_COARSE
#endif
