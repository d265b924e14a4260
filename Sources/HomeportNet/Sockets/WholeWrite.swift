#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Writes everything, as `write` alone does not.
package enum WholeWrite {
    /// Goes past interrupted and partial writes, and waits where somebody who shares the descriptor has made it
    /// non-blocking.
    package static func bytes(_ bytes: UnsafeRawBufferPointer, to descriptor: CInt) throws(SystemFailure) {
        var rest = bytes
        while !rest.isEmpty {
            let count = write(descriptor, rest.baseAddress, rest.count)
            if count > 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            } else if count < 0, errno == EAGAIN {
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&wait, 1, -1)
            } else if count == 0 || errno != EINTR {
                throw SystemFailure("write", errno)
            }
        }
    }

    /// Makes or replaces a file.
    package static func file(_ path: String, _ text: String, mode: UInt32 = 0o644) throws(SystemFailure) {
        let number = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode_t(mode))
        guard number >= 0 else { throw SystemFailure("open", errno) }
        let descriptor = Descriptor(owning: number)
        let written = Array(text.utf8).withUnsafeBytes { all in
            Result { () throws(SystemFailure) in try bytes(all, to: descriptor.number) }
        }
        try written.get()
    }
}
