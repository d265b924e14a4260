#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Descriptors handed from one process to another over a unix socket (`SCM_RIGHTS`), with bytes beside them.
package enum DescriptorPassing {
    /// More than anybody hands over at once.
    private static let most = 16
    private static let header = MemoryLayout<cmsghdr>.size

    /// Sends all bytes, the descriptors with the first of them. They stay open here.
    /// - Parameter bytes: At least one.
    package static func send(_ descriptors: [CInt], _ bytes: [UInt8], on socket: CInt) throws(SystemFailure) {
        var control = [UInt8](repeating: 0, count: aligned(header + most * MemoryLayout<CInt>.size))
        let length = header + descriptors.count * MemoryLayout<CInt>.size
        control.withUnsafeMutableBytes { room in
            var message = cmsghdr()
            message.cmsg_len = .init(length)
            message.cmsg_level = SOL_SOCKET
            message.cmsg_type = rights
            withUnsafeBytes(of: message) { room.copyBytes(from: $0) }
            descriptors.withUnsafeBytes { room[header...].copyBytes(from: $0) }
        }
        let controlLength = aligned(length)
        var bytes = bytes
        var sent = exchange(&bytes, &control, controlLength) { message in sendmsg(socket, &message, noSignal) }
        guard sent >= 0 else { throw SystemFailure("sendmsg", errno) }
        while sent < bytes.count {
            // A socket that has a time for it gives up when that is over.
            let more = bytes.withUnsafeBytes { write(socket, $0.baseAddress?.advanced(by: sent), $0.count - sent) }
            if more < 0, errno == EINTR { continue }
            guard more > 0 else { throw SystemFailure("write", errno) }
            sent += more
        }
    }

    /// Reads once.
    /// - Returns: What came; no bytes mean the end.
    package static func receive(
        on socket: CInt,
        upTo limit: Int
    ) throws(SystemFailure) -> (descriptors: [CInt], bytes: [UInt8]) {
        var control = [UInt8](repeating: 0, count: aligned(header + most * MemoryLayout<CInt>.size))
        var bytes = [UInt8](repeating: 0, count: limit)
        var controlLength = 0
        let count = exchange(&bytes, &control, control.count) { message in
            let count = recvmsg(socket, &message, closeOnExec)
            controlLength = Int(message.msg_controllen)
            return count
        }
        guard count >= 0 else { throw SystemFailure("recvmsg", errno) }
        bytes.removeSubrange(count...)
        return (descriptors(in: control[..<controlLength]), bytes)
    }

    /// One message made of both, for a call that takes it; again where a signal came between.
    private static func exchange(
        _ bytes: inout [UInt8],
        _ control: inout [UInt8],
        _ controlLength: Int,
        _ call: (inout msghdr) -> Int
    ) -> Int {
        while true {
            let count = bytes.withUnsafeMutableBytes { bytes in
                control.withUnsafeMutableBytes { control in
                    var vector = iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
                    return withUnsafeMutablePointer(to: &vector) { vector in
                        var message = msghdr()
                        message.msg_iov = vector
                        message.msg_iovlen = 1
                        message.msg_control = control.baseAddress
                        message.msg_controllen = .init(controlLength)
                        return call(&message)
                    }
                }
            }
            if count >= 0 || errno != EINTR { return count }
        }
    }

    private static func descriptors(in control: ArraySlice<UInt8>) -> [CInt] {
        guard control.count >= header else { return [] }
        let message = control.withUnsafeBytes { $0.loadUnaligned(as: cmsghdr.self) }
        guard message.cmsg_level == SOL_SOCKET, message.cmsg_type == rights else { return [] }
        let end = min(control.count, Int(message.cmsg_len))
        guard end > header else { return [] }
        return control.withUnsafeBytes { room in
            stride(from: header, to: end - MemoryLayout<CInt>.size + 1, by: MemoryLayout<CInt>.size).map { offset in
                let number = room.loadUnaligned(fromByteOffset: offset, as: CInt.self)
                _ = fcntl(number, F_SETFD, FD_CLOEXEC)
                return number
            }
        }
    }

    private static func aligned(_ length: Int) -> Int {
        let step = MemoryLayout.size(ofValue: cmsghdr().cmsg_len)
        return (length + step - 1) / step * step
    }

    /// `SCM_RIGHTS`, a macro whose form Swift does not import everywhere.
    private static let rights: CInt = 1
}
