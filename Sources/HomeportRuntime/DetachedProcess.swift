package import HomeportCore
import HomeportDoor
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
        let number = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o600)
        guard number >= 0 else {
            throw HomeportError(.detach, "the log cannot be written", where: log, errno: errno)
        }
        let output = Descriptor(owning: number)
        let path = OwnProgram.path
        do throws(SystemFailure) {
            let null = try Descriptor.null()
            let pid = try SpawnedProcess.start(
                path,
                [path] + arguments,
                environment: ProcessEnvironment.all,
                descriptors: [null.number, output.number, output.number],
                leads: .session
            )
            return DetachedProcess(pid: pid, log: log)
        } catch {
            throw HomeportError(.detach, "the process cannot be started", where: path, errno: error.errno)
        }
    }

    /// How it ended; nil while it runs.
    package func exitCode() -> Int32? {
        var status: Int32 = 0
        guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
        return ProgramExit(status: status).exitCode
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
