#if os(Linux)
#if canImport(Glibc)
import Glibc
let descriptorLimit = __rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue))
#elseif canImport(Musl)
import Musl
let descriptorLimit = RLIMIT_NOFILE
#endif
#endif
