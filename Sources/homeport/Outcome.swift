import HomeportDoor
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How the program ended for which a project was run.
final class Outcome: Sendable {
    private let result = Mutex<Result<ProgramStatus, any Error>?>(nil)

    func note(_ work: () async throws -> ProgramStatus?) async {
        do {
            let status = try await work()
            result.withLock { $0 = status.map { .success($0) } }
        } catch { result.withLock { $0 = .failure(error) } }
    }

    /// - Parameter saysWhy: Whether nobody else has said why it could not be started.
    /// - Returns: As shells tell it; 130 where it was ended before it had begun.
    func exitCode(saysWhy: Bool = false) throws -> Int32 {
        guard let status = try result.withLock({ $0 })?.get() else { return 130 }
        if let failure = status.failure {
            if saysWhy { Terminal.errors.write("homeport: \(status.trouble ?? "it could not be started")\n") }
            return failure == ENOENT ? 127 : 126
        }
        guard let exit = status.exit else {
            // Its keeper was killed, or never began: whatever became of it, it did not end well.
            Terminal.errors.write("homeport: nobody saw how it ended\n")
            return 137
        }
        return exit.exitCode
    }
}
