@preconcurrency import Dispatch
import NIOCore
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Accepts connections on a socket on which other processes accept, too: each is woken by a connection, and one gets it.
///
/// NIO's own server channel takes being woken for nothing for a mistake of its own, and stops the process in a debug build.
final class SharedAcceptor: Sendable {
    /// How long nothing is accepted when the process cannot have more descriptors.
    private static let pause = DispatchTimeInterval.milliseconds(100)

    private let source: any DispatchSourceRead
    private let queue = DispatchQueue(label: "homeport.accept")

    /// - Parameters:
    ///   - descriptor: Owned, listening, nonblocking.
    ///   - take: Told of each connection; its descriptor is the callee's.
    init(_ descriptor: CInt, onRefusal: @escaping @Sendable (String) -> Void, take: @escaping @Sendable (CInt) -> Void)
    {
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        let (source, queue) = (source, queue)
        let trouble = Mutex(RecentTrouble())
        source.setEventHandler {
            while true {
                let connection = unsharedAccept(descriptor, isBlocking: false)
                if connection >= 0 {
                    take(connection)
                    continue
                }
                guard errno != EINTR, errno != ECONNABORTED else { continue }
                guard errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM else { return }
                if trouble.withLock({ $0.isNews() }) {
                    onRefusal("a connection cannot be accepted: \(SystemFailure.text(errno))")
                }
                source.suspend()
                queue.asyncAfter(deadline: .now() + Self.pause) { source.resume() }
                return
            }
        }
        source.setCancelHandler { _ = Descriptor(owning: descriptor) }
        source.resume()
    }

    /// Returns when nothing more is accepted.
    func close() async {
        await withCheckedContinuation { continuation in
            queue.async { [source] in
                source.cancel()
                continuation.resume()
            }
        }
    }
}
