#if os(Linux)
import CHomeportLinux

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

extension Root {
    /// A handle to a folder, good for looking things up in it and for nothing else.
    func openFolder(_ path: UnsafePointer<CChar>) -> CInt {
        openat(AT_FDCWD, path, O_DIRECTORY | O_CLOEXEC | CInt(HOMEPORT_O_PATH))
    }

    /// A handle (`O_PATH`) to what is at `path` beneath `root`: nothing is opened yet, so no pipe blocks and no device
    /// notices.
    ///
    /// `RESOLVE_BENEATH` refuses every way out, `..` and links alike. It also refuses absolute links that lead back
    /// inside; those are followed by hand, and what they lead to is then reached without any link.
    func locate(beneath root: CInt, _ path: UnsafePointer<CChar>) -> CInt {
        // EAGAIN: something, somewhere, was renamed while `..` in a link was followed. The kernel asks to try again.
        for _ in 0..<Self.patience {
            let inside = openat2(root, path, resolve: HOMEPORT_RESOLVE_BENEATH | HOMEPORT_RESOLVE_NO_MAGICLINKS)
            if inside >= 0 { return inside }
            if errno == EAGAIN { continue }
            return errno == EXDEV || hasNoOpenat2 ? locateByHand(root, path) : -1
        }
        return locateByHand(root, path)
    }

    private static var patience: Int { 4 }

    private func locateByHand(_ root: CInt, _ path: UnsafePointer<CChar>) -> CInt {
        let anywhere = openat(root, path, CInt(HOMEPORT_O_PATH) | O_CLOEXEC)
        guard anywhere >= 0 else { return -1 }
        defer { close(anywhere) }
        guard let top = name(of: root), let there = name(of: anywhere),
            let relative = Self.path(there, beneath: top)
        else {
            errno = EXDEV
            return -1
        }
        let found = CPath(relative).withPointer { openat2(root, $0, resolve: HOMEPORT_RESOLVE_NO_SYMLINKS) }
        guard found < 0, hasNoOpenat2 else { return found }
        // What was named above is what was opened, by its descriptor.
        return fcntl(anywhere, F_DUPFD_CLOEXEC, 0)
    }

    private static func path(_ there: [UInt8], beneath top: [UInt8]) -> [UInt8]? {
        let start = top == [UInt8(ascii: "/")] ? top : top + [UInt8(ascii: "/")]
        return there.starts(with: start) && there.count > start.count ? Array(there.dropFirst(start.count)) : nil
    }

    /// Whether that is why the last call failed: before Linux 5.6, or inside a container whose filter predates it.
    private var hasNoOpenat2: Bool { errno == ENOSYS || errno == EPERM }

    func reopenForReading(_ place: CInt) -> CInt {
        openat(AT_FDCWD, "/proc/self/fd/\(place)", O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    }

    private func openat2(_ root: CInt, _ path: UnsafePointer<CChar>, resolve: Int) -> CInt {
        var how = homeport_open_how(
            flags: UInt64(CInt(HOMEPORT_O_PATH) | O_CLOEXEC),
            mode: 0,
            resolve: UInt64(resolve)
        )
        return CInt(truncatingIfNeeded: homeport_openat2(root, path, &how))
    }

    /// Where a descriptor's file really is, all links resolved.
    func name(of descriptor: CInt) -> [UInt8]? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
            guard let start = buffer.baseAddress else { return nil }
            let length = readlink("/proc/self/fd/\(descriptor)", start, buffer.count)
            return length < 0 ? nil : buffer.prefix(length).map { UInt8(bitPattern: $0) }
        }
    }
}
#endif
