import Dispatch

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A connection joined to standard input and output, with nothing between them: what `homeport connect` is.
package enum StandardPipe {
    /// What comes from standard input goes to the connection, its end included; what comes from the connection goes to
    /// standard output. Returns when the other side has ended, or nobody reads what it says.
    package static func join(_ connection: consuming Descriptor) {
        let socket = connection.release()
        let thread = OneWay(from: 0, to: socket, ends: true)
        thread.start()
        OneWay(from: socket, to: 1, ends: false).run()
        // The other way may wait for a terminal: it ends with the process.
    }

    private struct OneWay: Sendable {
        let from, to: CInt
        /// Whether the end of one is the end of the other.
        let ends: Bool

        init(from: CInt, to: CInt, ends: Bool) { (self.from, self.to, self.ends) = (from, to, ends) }

        func run() {
            var room = [UInt8](repeating: 0, count: 64 << 10)
            while true {
                let count = read(from, &room, room.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                let isWritten = room.withUnsafeBytes { bytes in
                    (try? WholeWrite.bytes(UnsafeRawBufferPointer(rebasing: bytes[..<count]), to: to)) != nil
                }
                guard isWritten else { return }
            }
            if ends { shutdown(to, CInt(SHUT_WR)) }
        }

        func start() { DispatchQueue(label: "homeport.pipe").async { self.run() } }
    }
}
