@preconcurrency import Dispatch
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where a process is handed connections that others of the same user have accepted, and gives away copies of its
/// listening sockets: a unix socket, one question on each connection.
///
/// | question | answer |
/// |---|---|
/// | `S` | the listening sockets |
/// | `C`, how often it was handed over, how much was read of it, with its socket; then what was read | none |
package final class HandOverSocket: Sendable {
    private enum Question {
        static let sockets = UInt8(ascii: "S")
        static let connection = UInt8(ascii: "C")
    }

    /// What may have been read of a connection.
    private static let mostAhead = 4 << 20
    /// Seconds, for one step of a question.
    private static let patience = 2
    /// For all of one.
    private static let longest = TimeAmount.seconds(8)
    /// How many questions are heard at once; more wait in the backlog.
    private static let mostAtOnce = 32
    /// Which question, how often it was handed over, and four bytes for how much was read of it.
    private static let headLength = 6

    private let source: any DispatchSourceRead
    private let file: UnixSocketFile?

    /// - Parameters:
    ///   - path: Of the unix socket.
    ///   - shares: The listening sockets of this moment; they stay open while they are given away.
    ///   - takes: Told of each connection, and how often it has been handed over. On any thread.
    package init(
        at path: String,
        shares: @escaping @Sendable () -> [CInt],
        takes: @escaping @Sendable (LeavingConnection, Int) -> Void
    ) throws {
        let socket = try ListeningSockets.open(.address(.unix(path))).release()[0]
        file = UnixSocketFile(path)
        let queue = DispatchQueue(label: "homeport.hand-over")
        let turns = DispatchSemaphore(value: Self.mostAtOnce)
        source = DispatchSource.makeReadSource(fileDescriptor: socket, queue: queue)
        source.setEventHandler {
            while true {
                let peer = unsharedAccept(socket, isBlocking: true)
                guard peer >= 0 else {
                    guard errno == EMFILE || errno == ENFILE else { return }
                    // Asking again at once would take the whole core.
                    usleep(100_000)
                    return
                }
                turns.wait()
                DispatchQueue.global().async {
                    Self.answer(Descriptor(owning: peer), shares, takes)
                    turns.signal()
                }
            }
        }
        source.setCancelHandler { _ = Descriptor(owning: socket) }
        source.resume()
    }

    package func close() {
        file?.remove()
        source.cancel()
    }

    private static func answer(
        _ peer: consuming Descriptor,
        _ shares: () -> [CInt],
        _ takes: (LeavingConnection, Int) -> Void
    ) {
        let end = NIODeadline.now() + longest
        BlockingConnection.limit(peer.number, to: patience)
        guard PeerIdentity(of: peer.number)?.uid == geteuid(),
            let (descriptors, bytes) = try? DescriptorPassing.receive(on: peer.number, upTo: 64 << 10)
        else { return }
        if bytes.first == Question.sockets {
            for descriptor in descriptors { _ = Descriptor(owning: descriptor) }
            try? DescriptorPassing.send(shares(), [Question.sockets], on: peer.number)
            return
        }
        guard bytes.first == Question.connection, bytes.count >= headLength, descriptors.count == 1 else {
            for descriptor in descriptors { _ = Descriptor(owning: descriptor) }
            return
        }
        let transfers = Int(bytes[1])
        let length = bytes[2..<headLength].reduce(0) { $0 << 8 | Int($1) }
        var ahead = ByteBuffer(bytes: bytes.dropFirst(headLength))
        while length <= mostAhead, ahead.readableBytes < length, .now() < end {
            guard let (more, bytes) = try? DescriptorPassing.receive(on: peer.number, upTo: 256 << 10), !bytes.isEmpty
            else { break }
            for descriptor in more { _ = Descriptor(owning: descriptor) }
            ahead.writeBytes(bytes)
        }
        // Half of what was read is worse than no connection; and an event loop takes nothing else than one.
        guard ahead.readableBytes == length, isConnection(descriptors[0]) else {
            return _ = Descriptor(owning: descriptors[0])
        }
        takes(LeavingConnection(descriptor: descriptors[0], ahead: ahead), transfers)
    }

    /// Whether it is a connected stream socket of IPv4 or IPv6.
    private static func isConnection(_ descriptor: CInt) -> Bool {
        var (kind, length) = (CInt(0), socklen_t(MemoryLayout<CInt>.size))
        guard getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &kind, &length) == 0, kind == streamKind,
            SocketName(localOf: descriptor) != nil
        else { return false }
        var (peer, size) = (sockaddr_storage(), socklen_t(MemoryLayout<sockaddr_storage>.size))
        return withUnsafeMutablePointer(to: &peer) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &size) == 0 }
        }
    }

    /// Hands a connection to the process that listens at `path`. The connection's descriptor stays open here.
    /// - Parameter transfers: How often it has been handed over, this time included.
    package static func give(
        _ connection: LeavingConnection,
        transfers: Int,
        to path: String
    ) throws(SystemFailure) {
        let socket = try BlockingConnection.open(.unix(path), within: patience)
        let length = connection.ahead.readableBytes
        let head =
            [Question.connection, UInt8(clamping: transfers)]
            + stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: length >> $0) }
        try DescriptorPassing.send(
            [connection.descriptor],
            head + connection.ahead.readableBytesView,
            on: socket.number
        )
    }

    /// Asks the process at `path` for its listening sockets. They are the caller's.
    package static func sockets(from path: String) throws(SystemFailure) -> [CInt] {
        let socket = try BlockingConnection.open(.unix(path), within: patience)
        try DescriptorPassing.send([], [Question.sockets], on: socket.number)
        return try DescriptorPassing.receive(on: socket.number, upTo: 16).descriptors
    }
}
