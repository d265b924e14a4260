import Dispatch
import HomeportNet
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
        var hasFailed = false
    }

    private let descriptor: CInt
    private let file: String?
    private let bound: Int
    private let largestFile: Int
    private let dropLine: @Sendable (Int) -> String
    private let onFailure: @Sendable (CInt) -> Void
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "homeport.lines")

    /// - Parameters:
    ///   - file: The path of the log file that `descriptor` is; when it has grown to `largestFile` bytes, it becomes
    ///     `file.1` and a new one is begun, so that a log never takes more than twice that.
    ///   - bound: Bytes that may wait to be written.
    ///   - dropLine: What is said of a number of lines that were dropped.
    ///   - onFailure: Told once why nothing more can be written: a closed pipe, a full disk.
    package init(
        descriptor: CInt,
        file: String? = nil,
        bound: Int = 1 << 20,
        largestFile: Int = 8 << 20,
        dropLine: @escaping @Sendable (Int) -> String = LineWriter.dropLine,
        onFailure: @escaping @Sendable (CInt) -> Void = { _ in }
    ) {
        self.onFailure = onFailure
        self.descriptor = descriptor
        self.file = file
        self.bound = bound
        self.largestFile = largestFile
        self.dropLine = dropLine
    }

    package static let dropLine: @Sendable (Int) -> String = { count in
        "(\(count) lines were dropped: they came faster than they could be written)"
    }

    /// Whether there is room for many more lines; false asks who can wait to wait.
    package var hasRoom: Bool { state.withLock { $0.bytes.count < bound / 2 } }

    package func write(_ line: String) {
        let schedules = state.withLock { state in
            guard state.bytes.count + line.utf8.count < bound else {
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

    /// Returns when all that was said before has been written, or when nobody has read it in time: a process must be
    /// able to end although the other end of its pipe sleeps.
    package func finish(within seconds: Double = 1) {
        let done = DispatchSemaphore(value: 0)
        queue.async {
            self.drain()
            done.signal()
        }
        _ = done.wait(timeout: .now() + seconds)
    }

    private func drain() {
        while true {
            let (bytes, dropped) = state.withLock { state in
                defer { (state.bytes, state.dropped) = ([], 0) }
                if state.bytes.isEmpty && state.dropped == 0 { state.isScheduled = false }
                return (state.bytes, state.dropped)
            }
            if bytes.isEmpty && dropped == 0 { return }
            put(bytes)
            if dropped > 0 { put(Array("\(dropLine(dropped))\n".utf8)) }
        }
    }

    private func put(_ bytes: [UInt8]) {
        // A closed pipe or a full disk: nobody is there to read it.
        do { try bytes.withUnsafeBytes { try WholeWrite.bytes($0, to: descriptor) } } catch {
            let isNews = state.withLock { state in
                defer { state.hasFailed = true }
                return !state.hasFailed
            }
            if isNews { onFailure((error as? SystemFailure)?.errno ?? 0) }
        }
        if let file { turnOver(file) }
    }

    private func turnOver(_ file: String) {
        var (old, errors) = (stat(), stat())
        guard fstat(descriptor, &old) == 0, Int(old.st_size) > largestFile, rename(file, "\(file).1") == 0 else {
            return
        }
        let next = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard next >= 0 else { return }
        // Whatever else was written to the old file, a crash's last words included, goes to the new one.
        if fstat(2, &errors) == 0, errors.st_ino == old.st_ino, errors.st_dev == old.st_dev { dup2(next, 2) }
        dup2(next, descriptor)
        close(next)
    }
}
