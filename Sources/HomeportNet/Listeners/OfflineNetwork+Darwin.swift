#if os(macOS)
import Darwin

package enum OfflineNetwork {
    /// - Throws: There is no such thing here.
    package static func enter() throws(SystemFailure) { throw SystemFailure("unshare", ENOTSUP) }
}
#endif
