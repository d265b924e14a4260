#if os(macOS)
import Darwin
import HomeportHTTP

extension Root {
    func openFolder(_ path: UnsafePointer<CChar>) -> CInt { openat(AT_FDCWD, path, O_DIRECTORY | O_CLOEXEC) }

    /// Opens without blocking, then asks where the file really is: what is not beneath the root is closed again.
    func locate(beneath root: CInt, _ path: UnsafePointer<CChar>) -> CInt {
        let found = openat(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        guard found >= 0 else { return -1 }
        guard let top = name(of: root), let there = name(of: found),
            there.starts(with: top == [ASCII.slash] ? top : top + [ASCII.slash])
        else {
            close(found)
            errno = EXDEV
            return -1
        }
        return found
    }

    func reopenForReading(_ place: CInt) -> CInt { fcntl(place, F_DUPFD_CLOEXEC, 0) }

    func name(of descriptor: CInt) -> [UInt8]? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(MAXPATHLEN)) { buffer in
            guard let start = buffer.baseAddress, fcntl(descriptor, F_GETPATH, start) == 0 else { return nil }
            return Array(UnsafeBufferPointer(start: start, count: strlen(start))).map { UInt8(bitPattern: $0) }
        }
    }
}
#endif
