#if os(Linux)
#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

extension RunningProcess {
    /// - Returns: nil when the process is gone.
    init?(describing pid: Int32, users: inout UserNames) {
        let number = open("/proc/\(pid)", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let folder = Descriptor(owning: number)
        guard let stat = SmallFile.bytes("stat", at: folder.number), let fields = ProcessStat(stat) else { return nil }
        let uid = Self.user(of: folder)
        self.init(
            pid: pid,
            command: fields.command,
            commandLine: Self.commandLine(in: folder),
            uid: uid,
            user: users[uid],
            age: Self.age(startedAt: fields.startTicks)
        )
    }

    /// `/proc/PID` belongs to the process's effective user, except that it belongs to root when the process has
    /// changed its user, as servers do that begin as root. Then `status` tells, which costs the kernel more to write.
    private static func user(of folder: borrowing Descriptor) -> UInt32 {
        var status = stat()
        guard fstat(folder.number, &status) == 0, status.st_uid == 0 else { return status.st_uid }
        guard let text = SmallFile.text("status", at: folder.number),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("Uid:") })
        else { return 0 }
        let numbers = line.dropFirst(4).split(whereSeparator: { $0 == "\t" || $0 == " " })
        return numbers.dropFirst().first.flatMap { UInt32($0) } ?? 0
    }

    private static func commandLine(in folder: borrowing Descriptor) -> String? {
        guard var bytes = SmallFile.bytes("cmdline", at: folder.number) else { return nil }
        while bytes.last == 0 { bytes.removeLast() }
        guard !bytes.isEmpty else { return nil }
        // One argument ends at a NUL, where a person writes a blank.
        return String(decoding: bytes.map { $0 == 0 ? UInt8(ascii: " ") : $0 }, as: UTF8.self).harmless
    }

    private static func age(startedAt ticks: UInt64) -> Duration? {
        var now = timespec()
        let perSecond = sysconf(CInt(_SC_CLK_TCK))
        guard perSecond > 0, clock_gettime(CLOCK_BOOTTIME, &now) == 0 else { return nil }
        return .seconds(max(0, now.tv_sec - Int(clamping: ticks) / perSecond))
    }
}
#endif
