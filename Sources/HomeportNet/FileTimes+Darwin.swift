#if os(macOS)
package import Darwin

extension stat {
    /// Of the content.
    package var modification: timespec { st_mtimespec }
    /// Of the content or of anything else about the file.
    package var change: timespec { st_ctimespec }
}
#endif
