package import HomeportCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A program of the system that does something for us: given all it is to read, and asked for all it says.
package enum Tool {
    package struct Answer: Sendable {
        /// As a shell has it.
        package var status: Int32
        package var output: String
        package var errors: String
    }

    /// Where administrators' programs are, which `PATH` of others leaves out.
    private static let more = ["/usr/local/sbin", "/usr/sbin", "/sbin"]
    private static let mostAnswer = 64 << 20

    /// - Returns: Nil where there is none.
    package static func path(of name: String) -> String? {
        let folders = (getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":").map(String.init) + more
        return folders.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }

    /// Blocks until it has ended.
    /// - Parameters:
    ///   - package: That brings it, for who has not got it.
    ///   - seconds: Then it is ended.
    /// - Throws: ``HomeportError`` with code `tool.missing` or `tool.failed`, if it could not be run.
    package static func run(
        _ name: String,
        _ arguments: [String],
        input: String = "",
        from package: String,
        within seconds: Int = 30
    ) throws(HomeportError) -> Answer {
        guard let path = path(of: name) else {
            throw HomeportError(
                .toolMissing,
                "the program \(name) is not here",
                fix: "install it: on Debian, apt install \(package)"
            )
        }
        do throws(SystemFailure) {
            // Files, not pipes: however much is said, nobody waits for somebody else.
            let reads = try scratch()
            let says = try scratch()
            let complains = try scratch()
            let written = Array(input.utf8).withUnsafeBytes { bytes in
                Result { () throws(SystemFailure) in try WholeWrite.bytes(bytes, to: reads.number) }
            }
            try written.get()
            lseek(reads.number, 0, SEEK_SET)
            let pid = try SpawnedProcess.start(
                path,
                [name] + arguments,
                environment: ProcessEnvironment.all.filter { !$0.hasPrefix("LC_ALL=") } + ["LC_ALL=C"],
                descriptors: [reads.number, says.number, complains.number]
            )
            let status = wait(for: pid, within: seconds)
            return Answer(status: status, output: contents(of: says), errors: contents(of: complains))
        } catch {
            throw HomeportError(
                HomeportError.Code("tool.failed", .world),
                "\(name) cannot be run: \(SystemFailure.text(error.errno))",
                errno: error.errno
            )
        }
    }

    private static func scratch() throws(SystemFailure) -> Descriptor {
        var template = Array("/tmp/homeport-tool-XXXXXX".utf8CString)
        let number = mkstemp(&template)
        guard number >= 0 else { throw SystemFailure("mkstemp", errno) }
        unlink(template)
        _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        return Descriptor(owning: number)
    }

    private static func wait(for pid: Int32, within seconds: Int) -> Int32 {
        let end = ContinuousClock.now + .seconds(seconds)
        var status: Int32 = 0
        var pause: UInt32 = 200
        while true {
            let found = waitpid(pid, &status, WNOHANG)
            if found == pid { break }
            // Somebody else has heard of its end.
            if found < 0, errno != EINTR { return 127 }
            if ContinuousClock.now > end {
                kill(pid, SIGKILL)
                while waitpid(pid, &status, 0) < 0, errno == EINTR {}
                break
            }
            usleep(pause)
            pause = min(pause * 2, 10_000)
        }
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + status & 0x7F
    }

    private static func contents(of file: borrowing Descriptor) -> String {
        let count = min(Int(lseek(file.number, 0, SEEK_END)), mostAnswer)
        guard count > 0 else { return "" }
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { room, used in
            used = max(0, pread(file.number, room.baseAddress, count, 0))
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension HomeportError.Code {
    /// A program of the system that is needed is not there.
    package static let toolMissing = Self("tool.missing", .world)
}
