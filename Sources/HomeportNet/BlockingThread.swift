#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A thread of one's own for one thing, which is waited for: for what changes the thread that does it.
enum BlockingThread {
    private final class Work {
        let body: () -> Void

        init(_ body: @escaping () -> Void) { self.body = body }
    }

    private final class Slot<Value> {
        var value: Value?
    }

    static func run<Value>(_ body: @escaping () -> Value) -> Value {
        let slot = Slot<Value>()
        let work = Unmanaged.passRetained(Work { slot.value = body() })
        #if canImport(Darwin)
        var thread: pthread_t?
        let failure = pthread_create(
            &thread,
            nil,
            {
                Unmanaged<Work>.fromOpaque($0).takeRetainedValue().body(); return nil
            },
            work.toOpaque()
        )
        #else
        var thread = pthread_t()
        let failure = pthread_create(
            &thread,
            nil,
            { argument in
                if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            },
            work.toOpaque()
        )
        #endif
        precondition(failure == 0, "no thread can be made: \(failure)")
        #if canImport(Darwin)
        if let thread { pthread_join(thread, nil) }
        #else
        pthread_join(thread, nil)
        #endif
        guard let value = slot.value else { preconditionFailure("the thread ended without a value") }
        return value
    }
}
