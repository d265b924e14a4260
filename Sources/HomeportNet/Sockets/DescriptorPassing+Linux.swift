#if os(Linux)
#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

extension DescriptorPassing {
    static let noSignal = CInt(MSG_NOSIGNAL)
    static let closeOnExec = CInt(MSG_CMSG_CLOEXEC)
}
#endif
