#if os(macOS)
import Darwin

extension ProcessMark {
    /// Nil where it has ended.
    static func startTime(of pid: Int32) -> UInt64? {
        var info = proc_bsdinfo()
        let size = Int32(MemoryLayout<proc_bsdinfo>.size)
        guard proc_pidinfo(pid, PROC_PIDTBSDINFO, 0, &info, size) == size, info.pbi_status != UInt32(SZOMB) else {
            return nil
        }
        return info.pbi_start_tvsec * 1_000_000 + info.pbi_start_tvusec
    }
}
#endif
