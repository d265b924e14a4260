package import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file that is closed when its last user lets go of it.
package final class OpenFile: Sendable {
    package let descriptor: CInt
    private let handle: NIOFileHandle

    /// Takes ownership of `descriptor`.
    package init(owning descriptor: CInt) {
        self.descriptor = descriptor
        handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: descriptor)
    }

    deinit { try? handle.close() }

    /// Another descriptor of the same, owned by the caller.
    package func copy() throws(SystemFailure) -> CInt {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw SystemFailure("dup", errno) }
        return copy
    }

    /// The present size in bytes; nil where it cannot be told.
    package var size: Int64? {
        var facts = stat()
        return fstat(descriptor, &facts) == 0 ? Int64(facts.st_size) : nil
    }

    /// A region that `sendfile` takes. The caller keeps this object until the region was written.
    package func region(_ range: Range<Int64>) -> FileRegion {
        FileRegion(fileHandle: handle, readerIndex: Int(range.lowerBound), endIndex: Int(range.upperBound))
    }
}

extension OpenFile {
    /// Appends a range's bytes to `buffer`.
    /// - Returns: False if the file ends before the range does, or cannot be read; `buffer` is then as it was.
    package func read(_ range: Range<Int64>, into buffer: inout ByteBuffer) -> Bool {
        var got = 0
        buffer.reserveCapacity(minimumWritableBytes: range.count)
        while got < range.count {
            let offset = range.lowerBound + Int64(got)
            let count = buffer.withUnsafeMutableWritableBytes { target in
                pread(descriptor, target.baseAddress?.advanced(by: got), range.count - got, off_t(offset))
            }
            guard count > 0 else {
                if count < 0, errno == EINTR { continue }
                return false
            }
            got += count
        }
        buffer.moveWriterIndex(forwardBy: got)
        return true
    }
}
