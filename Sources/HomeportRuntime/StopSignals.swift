import Dispatch
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// SIGINT, SIGTERM and SIGHUP as a request to stop, as long as this object lives. The first asks; the second ends the
/// process at once, for whoever cannot wait. What was ignored already, as `nohup` does with SIGHUP, stays ignored.
package final class StopSignals {
    private final class Count: Sendable {
        let signals = Atomic(0)
    }

    private let sources: [(number: CInt, source: any DispatchSourceSignal)]

    /// - Parameter onStop: Called once, on a thread of its own.
    package init(onStop: @escaping @Sendable () -> Void) {
        let queue = DispatchQueue(label: "homeport.signals")
        let count = Count()
        sources = [SIGINT, SIGTERM, SIGHUP].filter { !Self.isIgnored($0) }.map { number in
            // The default action would end the process before the source is told.
            signal(number, SIG_IGN)
            return (number, DispatchSource.makeSignalSource(signal: number, queue: queue))
        }
        for (number, source) in sources {
            source.setEventHandler {
                if count.signals.add(1, ordering: .relaxed).oldValue > 0 { _exit(128 + number) }
                onStop()
            }
            source.resume()
        }
    }

    /// A process that hangs after it has stopped must not be deaf as well.
    deinit {
        for (number, source) in sources {
            source.cancel()
            signal(number, SIG_DFL)
        }
    }

    private static func isIgnored(_ number: CInt) -> Bool {
        guard number == SIGHUP else { return false }
        let before = signal(number, SIG_IGN)
        defer { signal(number, before) }
        return unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
