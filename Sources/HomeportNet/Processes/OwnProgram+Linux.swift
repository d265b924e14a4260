#if os(Linux)
import CHomeportLinux

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

extension ProcessTree {
    /// Becomes the parent of every descendant whose own parent ends.
    package static func adoptOrphans() { _ = homeport_adopt_orphans() }

    /// What `ps` and `killall` call this process, at most 15 bytes.
    package static func rename(_ name: String) { homeport_rename_process(name) }
}

package enum OwnProgram {
    /// The absolute path of the program that this process runs.
    package static var path: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
            guard let start = buffer.baseAddress else { return "homeport" }
            let length = readlink("/proc/self/exe", start, buffer.count)
            guard length > 0 else { return CommandLine.arguments.first ?? "homeport" }
            return String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}
#endif
