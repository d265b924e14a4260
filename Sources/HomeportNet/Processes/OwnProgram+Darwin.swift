#if os(macOS)
import Darwin

extension ProcessTree {
    /// This system has no such way.
    package static func adoptOrphans() {}

    package static func rename(_ name: String) {}
}

package enum OwnProgram {
    /// The absolute path of the program that this process runs.
    package static var path: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PROC_PIDPATHINFO_SIZE) * 4) { buffer in
            guard let start = buffer.baseAddress, proc_pidpath(getpid(), start, UInt32(buffer.count)) > 0 else {
                return CommandLine.arguments.first ?? "homeport"
            }
            return String(cString: start)
        }
    }
}
#endif
