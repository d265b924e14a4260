#if os(Linux)
#if canImport(Glibc)
package import Glibc
#elseif canImport(Musl)
package import Musl
#endif

extension stat {
    /// Of the content.
    package var modification: timespec { st_mtim }
    /// Of the content or of anything else about the file.
    package var change: timespec { st_ctim }
}
#endif
