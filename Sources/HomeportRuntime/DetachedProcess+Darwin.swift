#if os(macOS)
import Darwin

let newSessionFlag = Int16(POSIX_SPAWN_SETSID)

var ownProgram: String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PROC_PIDPATHINFO_SIZE) * 4) { buffer in
        guard let start = buffer.baseAddress, proc_pidpath(getpid(), start, UInt32(buffer.count)) > 0 else {
            return CommandLine.arguments.first ?? "homeport"
        }
        return String(cString: start)
    }
}
#endif
