import Dispatch
package import HomeportCore
import HomeportNet
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Keeps what the record takes down in a folder, too: what has ended is there some milliseconds later, whatever becomes of this process.
///
/// Nobody waits for it. Where it cannot go on, as on a full disk, it says so once and stops; what is on disk by then stays, and the
/// record goes on in memory.
package final class Recorder: Sendable {
    struct Part {
        let file: RecordingFile
        let segment: Segment
        /// Bytes that it has, and those of them that are on disk.
        var used = 0
        var written = 0
    }

    private final class Grown: Sendable {
        let descriptor: Descriptor

        init(owning number: CInt) { descriptor = Descriptor(owning: number) }
    }

    private struct State {
        /// Segments whose bytes are not all on disk, or that grow: the last of each kind.
        var parts: [Part] = []
        var isDue = false
        var isOver = false
        /// On the folder, as long as it is written to.
        var lock: FileLock?

        var waiting: Int { parts.reduce(0) { $0 + $1.used - $1.written } }

        /// How far each has grown. Under the store's lock.
        mutating func measure() {
            for index in parts.indices { parts[index].used = parts[index].segment.used }
        }
    }

    /// How long what is taken down may wait: many exchanges leave in one write.
    private static let delay = DispatchTimeInterval.milliseconds(5)
    private static let patience = DispatchTimeInterval.seconds(5)
    /// Bytes that may wait for a slow disk.
    private static let mostWaiting = 128 << 20

    package let folder: String
    /// The folder itself, whatever its path leads to by now.
    private let place: Grown
    private let most: Int64
    private let onTrouble: @Sendable (String) -> Void
    private let queue = DispatchQueue(label: "homeport.recorder")
    private let state: Mutex<State>
    /// On the queue: the files that grow, and how much there is in all.
    private let files = Mutex<[UInt32: Grown]>([:])
    private let size: Atomic<Int64>
    /// Where the numbers of segments and of exchanges go on.
    let last: (segment: UInt32, row: UInt64)

    /// - Parameters:
    ///   - folder: Made where it is not there, and then its owner's alone, as the files in it are.
    ///   - most: Bytes that it may have.
    ///   - onTrouble: Told once, if the recording has to stop.
    /// - Throws: ``HomeportError`` with code `recording.folder`, `recording.taken`.
    package init(
        in folder: String,
        most: Int64 = 10_000_000_000,
        onTrouble: @escaping @Sendable (String) -> Void
    ) throws(HomeportError) {
        func fails(_ what: String, _ errno: CInt) -> HomeportError {
            HomeportError(.recordingFolder, "\(what): \(SystemFailure.text(errno))", where: folder)
        }
        if mkdir(folder, 0o700) != 0, errno != EEXIST { throw fails("the folder cannot be made", errno) }
        let place = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard place >= 0 else { throw fails("it cannot be looked into", errno) }
        self.place = Grown(owning: place)
        do throws(SystemFailure) { state = Mutex(State(lock: try FileLock("\(folder)/lock", within: 1))) } catch {
            guard error.errno == EWOULDBLOCK else { throw fails("nothing can be written there", error.errno) }
            throw HomeportError(
                .recordingTaken,
                "somebody records there already",
                where: folder,
                fix: "name another folder; fuser \(folder)/lock tells who it is"
            )
        }
        let known = RecordingFile.all(in: folder)
        self.folder = folder
        (self.most, self.onTrouble) = (most, onTrouble)
        size = Atomic(
            known.reduce(0) { sum, file in
                var facts = stat()
                return stat(file.path, &facts) == 0 ? sum + Int64(facts.st_size) : sum
            }
        )
        // What lasted long got its number early, and was written late.
        let ids = known.filter { $0.kind == .facts }.suffix(4).compactMap { $0.read() }
            .flatMap { segment in SegmentRows(segment).map { TapRow(segment, at: $0).id } }
        let highest = SegmentRows.plausible(ids)
        last = (known.last?.number ?? 0, highest?.upperBound ?? 0)
        guard last.segment < RecordingFile.mostNumber - 1_000_000, last.row < TapLayout.mostID / 2 else {
            throw HomeportError(.recordingFolder, "its numbers are used up", where: folder, fix: "name another folder")
        }
    }

    /// A segment is begun. Under the store's lock.
    func begin(_ segment: Segment, _ kind: RecordingFile.Kind) {
        let file = RecordingFile(folder: folder, number: segment.number, kind: kind)
        state.withLock { state in
            guard !state.isOver else { return }
            // Those before it are seen to their end: behind this one, they may be taken for whole.
            state.measure()
            state.parts.append(Part(file: file, segment: segment))
        }
    }

    /// Something has been taken down. Under the store's lock.
    func grew() {
        let (isNews, isLate) = state.withLock { state in
            guard !state.isOver else { return (false, false) }
            state.measure()
            if state.waiting > Self.mostWaiting { return (false, true) }
            defer { state.isDue = true }
            return (!state.isDue, false)
        }
        if isNews { queue.asyncAfter(deadline: .now() + Self.delay) { self.write() } }
        // The queue may be what hangs.
        if isLate { stop(SystemFailure("write", ETIME)) }
    }

    /// Writes what is left, and is over. A disk that hangs is not waited for.
    package func finish() {
        let done = DispatchSemaphore(value: 0)
        queue.async { [self] in
            write()
            state.withLock { ($0.isOver, $0.parts, $0.lock) = (true, [], nil) }
            files.withLock { $0 = [:] }
            done.signal()
        }
        if done.wait(timeout: .now() + Self.patience) == .timedOut { stop(SystemFailure("write", ETIME)) }
    }

    // MARK: On the queue

    private func write() {
        let (parts, waiting) = state.withLock { state in
            state.isDue = false
            return (state.parts, state.waiting)
        }
        guard !parts.isEmpty else { return }
        do throws(SystemFailure) {
            var facts = stat()
            guard fstat(place.descriptor.number, &facts) == 0, facts.st_nlink > 0 else {
                throw SystemFailure("open", ENOENT)
            }
            guard size.load(ordering: .relaxed) + Int64(waiting) <= most else { throw SystemFailure("write", EFBIG) }
            // Facts speak of bodies: what they speak of is there before them.
            for part in parts where part.file.kind == .bodies { try write(part) }
            for part in parts where part.file.kind == .facts { try write(part) }
        } catch { return stop(error) }
        let done: [UInt32] = state.withLock { state in
            guard !state.isOver else { return [] }
            // What has been begun meanwhile stands behind these.
            for (index, part) in parts.enumerated() { state.parts[index].written = part.used }
            // Those behind which another of their kind has been begun grow no more.
            var grows: Set<RecordingFile.Kind> = []
            let done = state.parts.reversed().filter { part in
                !grows.insert(part.file.kind).inserted && part.written == part.used
            }
            .map(\.file.number)
            state.parts.removeAll { done.contains($0.file.number) }
            return done
        }
        files.withLock { files in for number in done { files[number] = nil } }
    }

    private func write(_ part: Part) throws(SystemFailure) {
        guard part.used > part.written else { return }
        let isNew = files.withLock { $0[part.file.number] == nil }
        if isNew {
            // Never what is there already, whatever it is.
            let number = openat(place.descriptor.number, part.file.name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard number >= 0 else { throw SystemFailure("open", errno) }
            files.withLock { $0[part.file.number] = Grown(owning: number) }
            let head = part.file.head
            try head.withUnsafeBytes { bytes in
                Result { () throws(SystemFailure) in try WholeWrite.bytes(bytes, to: number) }
            }
            .get()
        }
        guard let number = files.withLock({ $0[part.file.number]?.descriptor.number }) else { return }
        try WholeWrite.bytes(part.segment.bytes(part.written..<part.used), to: number)
        size.add(Int64(part.used - part.written + (isNew ? RecordingFile.headLength : 0)), ordering: .relaxed)
    }

    private func stop(_ failure: SystemFailure) {
        let isNews = state.withLock { state in
            defer { (state.isOver, state.parts, state.lock) = (true, [], nil) }
            return !state.isOver
        }
        guard isNews else { return }
        queue.async { [self] in files.withLock { $0 = [:] } }
        let why =
            switch failure.errno {
            case EFBIG: "it has \(most / 1_000_000) MB, which is as much as it may have"
            case ETIME: "the disk does not keep up"
            case ENOENT: "the folder is no longer there"
            default: SystemFailure.text(failure.errno)
            }
        let onTrouble = onTrouble
        let text = "the recording in \(folder) has stopped: \(why). What passes is not held up, and is in memory"
        DispatchQueue.global().async { onTrouble(text) }
    }
}

extension HomeportError.Code {
    /// There is no recording, or none can be made.
    package static let recordingFolder = Self("recording.folder", .world)
    /// Another process records there.
    package static let recordingTaken = Self("recording.taken", .world)
}
