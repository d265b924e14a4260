#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Reads the short files in which a kernel tells its state, without Foundation: `homeport ports` opens many of them.
package enum SmallFile {
    /// - Returns: at most `limit` bytes; nil where the file cannot be read.
    package static func bytes(_ path: String, at folder: CInt = AT_FDCWD, limit: Int = 4096) -> [UInt8]? {
        // A pipe in its place would be waited for.
        let number = openat(folder, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard number >= 0 else { return nil }
        let file = Descriptor(owning: number)
        var facts = stat()
        guard fstat(number, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return nil }
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            while count < limit {
                let got = read(file.number, buffer.baseAddress.map { $0 + count }, limit - count)
                if got < 0 && errno == EINTR { continue }
                failed = got < 0
                if got <= 0 { break }
                count += got
            }
        }
        return failed ? nil : bytes
    }

    /// The same as text, without the line break at its end.
    package static func text(_ path: String, at folder: CInt = AT_FDCWD, limit: Int = 4096) -> String? {
        guard var bytes = bytes(path, at: folder, limit: limit) else { return nil }
        while bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}
