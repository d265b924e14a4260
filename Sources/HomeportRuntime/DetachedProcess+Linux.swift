#if os(Linux)
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// POSIX_SPAWN_SETSID, which the C library's module lacks as it depends on _GNU_SOURCE.
let newSessionFlag: Int16 = 0x80

var ownProgram: String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
        guard let start = buffer.baseAddress else { return "homeport" }
        let length = readlink("/proc/self/exe", start, buffer.count)
        guard length > 0 else { return CommandLine.arguments.first ?? "homeport" }
        return String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
#endif
