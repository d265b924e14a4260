#if os(macOS)
import Darwin

let coarseClock = CLOCK_REALTIME
#endif
