#if os(Linux)
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

extension Cork {
    static let option = TCP_CORK
}
#endif
