#if os(Linux)
extension ProcessMark {
    /// Nil where it has ended, though its parent may not have looked yet.
    static func startTime(of pid: Int32) -> UInt64? {
        guard let bytes = SmallFile.bytes("/proc/\(pid)/stat", limit: 1024), let stat = ProcessStat(bytes),
            !stat.isZombie
        else { return nil }
        return stat.startTicks
    }
}
#endif
