#if os(Linux)
extension UnixListener {
    /// Those of this thread's network namespace.
    /// - Parameter looks: Whether their files are to be looked at: they are those of this process's mounts.
    /// - Returns: Nil where the kernel does not tell.
    package static func all(looks: Bool) -> [UnixListener]? {
        guard let listing = SmallFile.bytes("/proc/thread-self/net/unix", limit: longest) else { return nil }
        return read(listing).map { looks ? $0.looked() : $0 }
    }

    private static let longest = 8 << 20
}
#endif
