import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The right to be the one who starts a plan, from looking whether it runs to the moment it answers: of two `up` at the
/// same moment, the second finds the first one's project and applies its plan to it.
///
/// A lock on the plan's own file, which the kernel drops when its holder dies. Best effort: who has waited ten seconds
/// goes on without, and learns from the port or the socket that it is taken.
package final class StartTurn: Sendable {
    private let descriptor: Mutex<CInt>

    private init(_ descriptor: CInt) { self.descriptor = Mutex(descriptor) }

    deinit { end() }

    package static func take(_ plan: String, within time: Duration = .seconds(10)) async throws -> StartTurn {
        let descriptor = open(plan, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return StartTurn(-1) }
        let turn = StartTurn(descriptor)
        let deadline = ContinuousClock.now + time
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(10))
        }
        return turn
    }

    /// Lets the next one have it. Doing so twice is doing it once.
    package func end() {
        descriptor.withLock { descriptor in
            if descriptor >= 0 { close(descriptor) }
            descriptor = -1
        }
    }
}
