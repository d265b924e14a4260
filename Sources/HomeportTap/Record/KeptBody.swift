import Crypto
import NIOCore

/// What is kept of a body while it passes: its head, its tail, its true length, and a hash of all of it.
struct KeptBody {
    /// Bytes that are kept of one.
    static let mostHead = 1 << 20
    static let mostTail = 64 << 10
    /// Memory that is held for the next one.
    static let mostIdle = 16 << 10

    private(set) var length: Int64 = 0
    private(set) var head: [UInt8] = []
    /// The last bytes of one that has more than its head; what is between is gone. Up to twice ``mostTail``.
    private var rest: [UInt8] = []
    /// Of all of it; only counted where not all of it is kept, since it can be had from the bytes otherwise.
    private var hash: SHA256?
    /// Whether it has passed without being seen, as a file's bytes do.
    private(set) var isUnseen = false
    /// Where its messages begin, if it has any.
    private(set) var messages: MessageLog?
    /// Whether it is hashed: of what is no body of a message, nobody asks for a hash.
    private var isHashed = true

    /// Bytes that are there.
    var kept: Int { head.count + min(rest.count, Self.mostTail) }
    var tail: ArraySlice<UInt8> { rest.suffix(Self.mostTail) }

    /// Whether its hash cannot be had from what is kept.
    var hasHash: Bool { !isUnseen && hash != nil }
    var sha256: SHA256Digest? { hash?.finalize() }

    mutating func reset() {
        (length, hash, isUnseen) = (0, nil, false)
        (messages, isHashed) = (nil, true)
        head.removeAll(keepingCapacity: head.capacity <= Self.mostIdle)
        if !rest.isEmpty { rest = [] }
    }

    /// It has messages from here on.
    mutating func frame(by framer: MessageFramer, isHashed: Bool) {
        messages = MessageLog(framer)
        self.isHashed = isHashed
    }

    /// - Parameter time: Nanoseconds since the exchange began; asked for only where it has messages.
    mutating func append(_ bytes: ByteBuffer, at time: @autoclosure () -> Int64 = 0) {
        bytes.withUnsafeReadableBytes { bytes in
            if messages != nil { messages?.take(bytes, at: length, time: time()) }
            append(bytes)
        }
    }

    private mutating func append(_ bytes: UnsafeRawBufferPointer) {
        length += Int64(bytes.count)
        let first = min(bytes.count, Self.mostHead - head.count)
        if first > 0 { head.append(contentsOf: bytes[..<first]) }
        guard first < bytes.count else { return }
        if hash == nil, isHashed {
            hash = SHA256()
            hash?.update(data: head)
        }
        let more = UnsafeRawBufferPointer(rebasing: bytes[first...])
        hash?.update(bufferPointer: more)
        rest.append(contentsOf: more.suffix(Self.mostTail))
        // Cut seldom: most pieces are added without moving any other.
        if rest.count > 2 * Self.mostTail { rest.removeFirst(rest.count - Self.mostTail) }
    }

    mutating func passed(_ count: Int) {
        length += Int64(count)
        isUnseen = true
    }
}
