import Dispatch
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Writes lines to a descriptor without ever holding up who says them: they collect in memory and one queue writes them
/// out. When the reader is too slow for the bound, lines are dropped and counted, and the count is said.
package final class LineWriter: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var dropped = 0
        var isScheduled = false
    }

    private let descriptor: CInt
    private let file: String?
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "homeport.lines")
    private static let bound = 1 << 20
    private static let largestFile: off_t = 8 << 20

    /// - Parameter file: The path of the log file that `descriptor` is; when it has grown to 8 MiB, it becomes `file.1`
    ///   and a new one is begun, so that a log never takes more than twice that.
    package init(descriptor: CInt, file: String? = nil) {
        self.descriptor = descriptor
        self.file = file
    }

    package func write(_ line: String) {
        let schedules = state.withLock { state in
            guard state.bytes.count < Self.bound else {
                state.dropped += 1
                return false
            }
            state.bytes += line.utf8
            state.bytes.append(UInt8(ascii: "\n"))
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if schedules { queue.async { self.drain() } }
    }

    /// Returns when all that was said before has been written.
    package func finish() { queue.sync { drain() } }

    private func drain() {
        while true {
            let (bytes, dropped) = state.withLock { state in
                defer { (state.bytes, state.dropped) = ([], 0) }
                if state.bytes.isEmpty { state.isScheduled = false }
                return (state.bytes, state.dropped)
            }
            guard !bytes.isEmpty else { return }
            put(bytes)
            if dropped > 0 {
                put(Array("(\(dropped) lines were dropped: they came faster than they could be written)\n".utf8))
            }
        }
    }

    private func put(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            // A closed pipe or a full disk: nobody is there to read it.
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
        if let file { turnOver(file) }
    }

    private func turnOver(_ file: String) {
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_size > Self.largestFile else { return }
        guard rename(file, "\(file).1") == 0 else { return }
        let next = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard next >= 0 else { return }
        // Whatever else was written to the old file, a crash's last words included, goes to the new one.
        dup2(next, 1)
        dup2(next, 2)
        close(next)
    }
}
