import Dispatch
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// SIGINT and SIGTERM as a request to stop, as long as this object lives. The first asks; the second ends the process at
/// once, for whoever cannot wait.
package final class StopSignals {
    private final class Count: Sendable {
        let signals = Atomic(0)
    }

    private let sources: [any DispatchSourceSignal]

    /// - Parameter onStop: Called once, on a thread of its own.
    package init(onStop: @escaping @Sendable () -> Void) {
        let queue = DispatchQueue(label: "homeport.signals")
        let count = Count()
        sources = [SIGINT, SIGTERM].map { number in
            // The default action would end the process before the source is told.
            signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: queue)
        }
        for source in sources {
            source.setEventHandler {
                if count.signals.add(1, ordering: .relaxed).oldValue > 0 { _exit(130) }
                onStop()
            }
            source.resume()
        }
    }
}
