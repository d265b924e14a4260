#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// One process, told from a later one that has got its number.
package struct ProcessMark: Sendable, Hashable, Codable {
    package let pid: Int32
    /// When it was started, in units of the system's own; 0 where that is not told.
    package let started: UInt64

    package static let own = ProcessMark(of: getpid())

    package init(of pid: Int32) {
        self.pid = pid
        started = Self.startTime(of: pid) ?? 0
    }

    package var isAlive: Bool { Self.startTime(of: pid) == started }
}
