#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A program found on PATH, run to its end.
package enum Command {
    /// - Returns: Whether it ran and ended with 0.
    package static func run(_ program: String, _ arguments: [String]) -> Bool {
        var argv = ([program] + arguments).map { strdup($0) }
        argv.append(nil)
        defer { for text in argv { free(text) } }
        var pid: pid_t = 0
        guard posix_spawnp(&pid, program, nil, nil, argv, environ) == 0 else { return false }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status == 0
    }
}
