import Dispatch

/// For what waits in system calls: neither the threads that tasks share nor those of NIO's pool, as few as there are cores, are to
/// wait with it.
package enum OwnThread {
    package static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try body() }) }
        }
    }
}
