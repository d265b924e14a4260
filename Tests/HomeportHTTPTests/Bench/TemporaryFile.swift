import HomeportNet

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file without a name, for as long as somebody holds it.
struct TemporaryFile {
    let file: OpenFile

    init(_ bytes: [UInt8]) throws {
        var path = Array("/tmp/homeport-test-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        guard descriptor >= 0 else { throw Failed(errno: errno) }
        unlink(path)
        file = OpenFile(owning: descriptor)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw Failed(errno: errno) }
            written += count
        }
    }

    func truncate(to size: Int) { _ = ftruncate(file.descriptor, off_t(size)) }

    struct Failed: Error { let errno: CInt }
}
