import HomeportNet

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// One segment of a recording as a file: 32 bytes that say what it is, and behind them the segment as it lies in memory.
///
/// A recording is a folder of such files, numbered in the order in which they were begun: `00000007.facts`, `00000008.bodies`.
struct RecordingFile: Sendable, Equatable {
    enum Kind: String, Sendable {
        /// Numbers and heads of exchanges.
        case facts
        case bodies
    }

    static let headLength = 32
    private static let magic = Array("homeport tap 1\n\0".utf8)

    let folder: String
    let number: UInt32
    let kind: Kind

    var name: String { "\(Self.digits(number)).\(kind.rawValue)" }
    var path: String { "\(folder)/\(name)" }

    private static func digits(_ number: UInt32) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }

    var head: [UInt8] {
        var head = Self.magic
        head.append(little: number)
        head += [kind == .facts ? 1 : 2] + [UInt8](repeating: 0, count: 11)
        return head
    }

    /// All files of a recording, in order; what else lies in the folder is none of it.
    static func all(in folder: String) -> [RecordingFile] {
        FolderNames.all(in: folder).compactMap { name in
            let parts = name.split(separator: ".")
            guard parts.count == 2, let kind = Kind(rawValue: String(parts[1])), let number = UInt32(parts[0]),
                number > 0, number <= Self.mostNumber
            else { return nil }
            let file = RecordingFile(folder: folder, number: number, kind: kind)
            return file.name == name ? file : nil
        }
        .sorted { $0.number < $1.number }
    }

    /// What eight digits hold.
    static let mostNumber: UInt32 = 99_999_999
    /// Bytes of one segment at most: beyond it, the file is none of ours.
    static let mostBytes = 8 << 20

    /// What is in it, as far as it goes.
    /// - Returns: Nil where it cannot be read, or is no such file.
    func read() -> Segment? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        let file = Descriptor(owning: descriptor)
        var facts = stat()
        guard fstat(file.number, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG, facts.st_size >= Self.headLength,
            facts.st_size <= Self.mostBytes
        else { return nil }
        var first = [UInt8](repeating: 0, count: Self.headLength)
        guard pread(file.number, &first, first.count, 0) == first.count, first.prefix(21) == head.prefix(21) else {
            return nil
        }
        return Segment(number, capacity: Int(facts.st_size) - Self.headLength) { bytes in
            var count = 0
            while count < bytes.count, let base = bytes.baseAddress {
                let got = pread(file.number, base + count, bytes.count - count, off_t(Self.headLength + count))
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { break }
                count += got
            }
            return count
        }
    }
}
