#if os(macOS)
import Darwin
let descriptorLimit = RLIMIT_NOFILE
#endif
