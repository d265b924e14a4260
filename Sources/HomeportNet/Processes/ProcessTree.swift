#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A program with all that it has started: what it listens on, and how to end it.
///
/// Who calls ``adoptOrphans()`` becomes the parent of every descendant whose own parent ends, so that a daemon that left
/// its session and its parent is still among its ``descendants(of:)``.
package enum ProcessTree {
    /// Sends a signal to every descendant of this process.
    package static func signalDescendants(_ signal: CInt) {
        for pid in descendants(of: getpid()) { kill(pid, signal) }
    }
}
