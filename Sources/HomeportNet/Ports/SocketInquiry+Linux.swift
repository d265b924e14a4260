#if os(Linux)
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// Asks the kernel for single sockets, by their two ends: some microseconds each, most of them spared by keeping its own socket to the
/// kernel for the next.
enum SocketInquiry {
    private static let idle = Mutex<[CInt]>([])
    private static let mostIdle = 16
    private static let sequences = Atomic<UInt32>(1)

    /// Whether the kernel tells at all.
    static let isPossible = true

    /// The sockets of this machine that have these ends, one for each.
    static func sockets(at ends: [SocketEnds]) -> [SocketAnswer] {
        guard let kernel = idle.withLock({ $0.popLast() }) ?? (try? ListenerTable.kernel().release()) else {
            return ends.map { _ in .untold }
        }
        let found = ends.map { ask(kernel, $0) }
        let isKept = idle.withLock { idle in
            guard idle.count < mostIdle else { return false }
            idle.append(kernel)
            return true
        }
        if !isKept { close(kernel) }
        return found
    }

    /// The same by a socket to the kernel that somebody else has, who asks one at a time.
    static func ask(_ kernel: CInt, _ ends: SocketEnds) -> SocketAnswer {
        let sequence = sequences.add(1, ordering: .relaxed).newValue
        // A listener of both families has an IPv4 peer as IPv6; the peer itself mostly has not.
        let question = SocketDiag.request(
            ends.transport,
            from: ends.local.unmapped,
            to: ends.remote.unmapped,
            sequence: sequence
        )
        guard send(kernel, question, question.count, 0) == question.count else { return .untold }
        return withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { room in
            var found = SocketAnswer.none
            // The answer is there when the question has been sent; an earlier one may lie before it that was not waited for.
            for _ in 0..<4 {
                let count = recv(kernel, room.baseAddress, room.count, CInt(MSG_DONTWAIT))
                guard count > 0 else { return .untold }
                var isAnswer = false
                let datagram = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(room)[..<min(count, room.count)])
                _ = SocketDiagMessage.read(datagram, transport: ends.transport, sequence: sequence) {
                    isAnswer = true
                    switch $0 {
                    case .socket(let record): found = .socket(record)
                    // ENOENT: no such socket. Anything else is no answer.
                    case .failed(let errno): found = errno == ENOENT ? .none : .untold
                    case .done, .other: break
                    }
                }
                if isAnswer { break }
            }
            return found
        }
    }
}
#endif
