#if os(macOS)
import Darwin

extension Cork {
    static let option = TCP_NOPUSH
}
#endif
