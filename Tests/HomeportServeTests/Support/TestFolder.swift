#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A folder of a test's own, gone with all that is in it when the test lets go of it.
final class TestFolder: Sendable {
    let path: String

    init() {
        var name = Array("/tmp/homeport-serve-XXXXXX".utf8CString)
        path = name.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress, let made = mkdtemp(start) else { fatalError("no temporary folder") }
            return String(cString: made)
        }
    }

    deinit { Self.removeAll(Array(path.utf8)) }

    /// - Parameter name: May start with `../`, and may hold folders that are not there yet.
    func write(_ name: String, _ text: String) { write(Array(name.utf8), Array(text.utf8)) }

    func write(_ name: [UInt8], _ bytes: [UInt8]) {
        for (index, byte) in name.enumerated() where byte == UInt8(ascii: "/") {
            withName(Array(name[..<index])) { _ = mkdir($0, 0o755) }
        }
        let descriptor = withName(name) { open($0, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644) }
        precondition(descriptor >= 0, "\(path)/\(String(decoding: name, as: UTF8.self)) cannot be written: \(errno)")
        defer { close(descriptor) }
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done, off_t(done))
            }
            precondition(count > 0, "write failed: \(errno)")
            done += count
        }
    }

    func makeFolder(_ name: String) { withName(Array(name.utf8)) { precondition(mkdir($0, 0o755) == 0) } }

    func link(_ name: String, to target: String) {
        withName(Array(name.utf8)) { precondition(symlink(target, $0) == 0, "symlink: \(errno)") }
    }

    func makeFIFO(_ name: String) { withName(Array(name.utf8)) { precondition(mkfifo($0, 0o644) == 0) } }

    /// A file without content that claims a size.
    func makeSparse(_ name: String, size: Int64) {
        write(name, "")
        withName(Array(name.utf8)) { precondition(truncate($0, off_t(size)) == 0) }
    }

    func patch(_ name: String, at offset: Int64, _ text: String) {
        let descriptor = withName(Array(name.utf8)) { open($0, O_WRONLY | O_CLOEXEC) }
        defer { close(descriptor) }
        precondition(pwrite(descriptor, text, text.utf8.count, off_t(offset)) == text.utf8.count)
    }

    /// - Parameter seconds: Since 1970.
    func setTime(_ name: String, _ seconds: Int, nanoseconds: Int = 0) {
        let time = timespec(tv_sec: seconds, tv_nsec: nanoseconds)
        withName(Array(name.utf8)) { name in
            precondition([time, time].withUnsafeBufferPointer { utimensat(AT_FDCWD, name, $0.baseAddress, 0) } == 0)
        }
    }

    func setPermissions(_ name: String, _ mode: mode_t) {
        withName(Array(name.utf8)) { precondition(chmod($0, mode) == 0) }
    }

    func move(_ name: String, to other: String) { precondition(rename("\(path)/\(name)", "\(path)/\(other)") == 0) }

    func remove(_ name: String) { Self.removeAll(Array("\(path)/\(name)".utf8)) }

    func permissions(_ name: String) -> mode_t {
        var facts = stat()
        withName(Array(name.utf8)) { precondition(lstat($0, &facts) == 0) }
        return facts.st_mode & 0o777
    }

    func isLink(_ name: String) -> Bool {
        var facts = stat()
        return withName(Array(name.utf8)) { lstat($0, &facts) } == 0 && facts.st_mode & S_IFMT == S_IFLNK
    }

    /// nil where there is no such file.
    func read(_ name: String) -> [UInt8]? {
        let descriptor = withName(Array(name.utf8)) { open($0, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = piece.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(bytes.count)) }
            guard count > 0 else { return bytes }
            bytes += piece[..<count]
        }
    }

    func text(_ name: String) -> String? { read(name).map { String(decoding: $0, as: UTF8.self) } }

    /// Everything that is there, hidden or not.
    func names(in folder: String = "") -> [String] {
        Self.names(Array("\(path)/\(folder)".utf8)).map { String(decoding: $0, as: UTF8.self) }.sorted()
    }

    @discardableResult
    private func withName<Result>(_ name: [UInt8], _ body: (UnsafePointer<CChar>) -> Result) -> Result {
        Self.withPath(Array(path.utf8) + [UInt8(ascii: "/")] + name, body)
    }

    private static func withPath<Result>(_ path: [UInt8], _ body: (UnsafePointer<CChar>) -> Result) -> Result {
        (path.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { fatalError("a path without its NUL") }
            return body(start)
        }
    }

    private static func names(_ folder: [UInt8]) -> [[UInt8]] {
        guard let stream = withPath(folder, { opendir($0) }) else { return [] }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != Array(".".utf8), name != Array("..".utf8) { names.append(name) }
        }
        return names
    }

    private static func removeAll(_ path: [UInt8]) {
        if withPath(path, { unlink($0) }) == 0 { return }
        for name in names(path) { removeAll(path + [UInt8(ascii: "/")] + name) }
        _ = withPath(path) { rmdir($0) }
    }
}

/// Whether permissions do not bind this process.
var isPrivileged: Bool { geteuid() == 0 }

extension TestFolder {
    /// Whether the file system takes a file of this size.
    func canHold(_ size: Int64) -> Bool {
        write("probe", "")
        defer { remove("probe") }
        return truncate("\(path)/probe", off_t(size)) == 0
    }
}
