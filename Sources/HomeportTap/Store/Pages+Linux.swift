#if os(Linux)
#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

enum Pages {
    static let size = 4096

    /// Has the kernel lend all of it at once: one page at a time, as they are written, costs several times as much.
    /// - Parameter memory: From a page's beginning to a page's end.
    static func populate(_ memory: UnsafeMutableRawBufferPointer) {
        // MADV_POPULATE_WRITE, Linux 5.14, which older headers lack. Where it is refused, pages come as they are written.
        madvise(memory.baseAddress, memory.count, 23)
    }
}
#endif
