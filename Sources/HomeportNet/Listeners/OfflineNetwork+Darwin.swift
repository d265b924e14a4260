#if os(macOS)
import Darwin

extension OfflineNetwork {
    /// - Throws: There is no such thing here.
    package static func enter() throws(SystemFailure) { throw SystemFailure("unshare", ENOTSUP) }

    static func kernel() throws(SystemFailure) -> Descriptor { throw SystemFailure("socket", ENOTSUP) }

    func answer(at ends: SocketEnds) -> SocketAnswer { .untold }

    package func listeners(of processes: some Sequence<Int32>) -> [SocketRecord] { [] }
}
#endif
