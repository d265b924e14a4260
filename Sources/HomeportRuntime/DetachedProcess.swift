package import HomeportCore
import HomeportNet

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// This program once more, in a session of its own, so that it outlives the terminal that started it.
package struct DetachedProcess: Sendable {
    package let pid: Int32
    private let log: String

    /// - Parameters:
    ///   - arguments: Without the program's name.
    ///   - log: The file for everything that it says; what the last one said becomes `log.1`.
    package static func start(_ arguments: [String], log: String) throws(HomeportError) -> DetachedProcess {
        rename(log, "\(log).1")
        let output = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o600)
        guard output >= 0 else {
            throw HomeportError(.detach, "the log cannot be written", where: log, errno: errno)
        }
        defer { close(output) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, output, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, newSessionFlag)
        let path = OwnProgram.path
        var argv = ([path] + arguments).map { strdup($0) }
        argv.append(nil)
        defer { for text in argv { free(text) } }
        var pid: pid_t = 0
        let failure = posix_spawn(&pid, path, &actions, &attributes, argv, environ)
        guard failure == 0 else {
            throw HomeportError(.detach, "the process cannot be started", where: path, errno: failure)
        }
        return DetachedProcess(pid: pid, log: log)
    }

    /// How it ended; nil while it runs.
    package func exitCode() -> Int32? {
        var status: Int32 = 0
        guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
    }

    /// The end of what it said, at most 4 KiB.
    package var lastWords: String {
        let descriptor = open(log, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        let end = lseek(descriptor, 0, SEEK_END)
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = pread(descriptor, &bytes, bytes.count, max(0, end - 4096))
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}

extension HomeportError.Code {
    package static let detach = Self("detach.failed", .world)
}
