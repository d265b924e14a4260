import Crypto
import NIOCore

/// What is kept of a body while it passes: its head, its tail, its true length, and a hash of all of it.
struct KeptBody: ~Copyable {
    /// Bytes that are kept of one.
    static let mostHead = 1 << 20
    static let mostTail = 64 << 10
    /// Of a file that the kernel sends.
    static let mostOfFile: Int64 = 16 << 10
    /// Memory that is held for the next one.
    static let mostIdle = 16 << 10

    private(set) var length: Int64 = 0
    private(set) var head: [UInt8] = []
    /// The last bytes of one that has more than its head; what is between is gone. Up to twice ``mostTail``.
    private var rest: [UInt8] = []
    /// A piece that is as long as a tail, as it came: it is copied only if it stays the last one.
    private var last: ByteBuffer?
    /// Of all of it; only counted where not all of it is kept, since it can be had from the bytes otherwise.
    private var hash: SHA256?
    /// Whether it has passed without being seen, as a file's bytes do.
    private(set) var isUnseen = false
    /// Whether something is missing behind the head: what comes does not belong to it.
    private var isHeadOver = false
    /// Where its messages begin, if it has any.
    private(set) var messages: MessageLog?
    /// Whether it is hashed: of what is no body of a message, nobody asks for a hash.
    private var isHashed = true

    /// Bytes that are there.
    var kept: Int { head.count + min(last?.readableBytes ?? rest.count, Self.mostTail) }
    var tail: ArraySlice<UInt8> {
        guard let last else { return rest.suffix(Self.mostTail) }
        return Array(last.readableBytesView.suffix(Self.mostTail))[...]
    }

    /// Whether its hash cannot be had from what is kept.
    var hasHash: Bool { !isUnseen && hash != nil }
    var sha256: SHA256Digest? { hash?.finalize() }

    mutating func reset() {
        (length, hash, isUnseen) = (0, nil, false)
        (messages, isHashed, isHeadOver) = (nil, true, false)
        head.removeAll(keepingCapacity: head.capacity <= Self.mostIdle)
        if !rest.isEmpty { rest = [] }
        last = nil
    }

    /// It has messages from here on.
    mutating func frame(by framer: MessageFramer, isHashed: Bool) {
        messages = MessageLog(framer)
        self.isHashed = isHashed
    }

    /// - Parameters:
    ///   - time: Nanoseconds since the exchange began; asked for only where it has messages.
    ///   - room: Bytes that those that go on may still have. Each has its first ``mostIdle``, and without room no more.
    mutating func append(_ bytes: ByteBuffer, at time: @autoclosure () -> Int64 = 0, room: Int = .max) {
        let most = min(Self.mostHead - head.count, max(room, Self.mostIdle - head.count))
        let first = isHeadOver ? 0 : min(bytes.readableBytes, max(0, most))
        bytes.withUnsafeReadableBytes { bytes in
            if messages != nil { messages?.take(bytes, at: length, time: time()) }
            length += Int64(bytes.count)
            if first > 0 { head.append(contentsOf: bytes[..<first]) }
        }
        guard first < bytes.readableBytes else { return }
        isHeadOver = true
        if hash == nil, isHashed, !isUnseen {
            hash = SHA256()
            hash?.update(data: head)
        }
        let more = bytes.readableBytesView[(bytes.readerIndex + first)...]
        if hash != nil { more.withUnsafeBytes { hash?.update(bufferPointer: $0) } }
        guard room > 0 else {
            (rest, last) = ([], nil)
            return
        }
        if more.count >= Self.mostTail {
            if !rest.isEmpty { rest = [] }
            last = bytes
            return
        }
        settle()
        rest.append(contentsOf: more)
        // Cut seldom: most pieces are added without moving any other.
        if rest.count > 2 * Self.mostTail { rest.removeFirst(rest.count - Self.mostTail) }
    }

    /// Lets go of the last piece, whose buffer is larger than what is kept of it.
    mutating func settle() {
        guard last != nil else { return }
        rest = Array(tail)
        last = nil
    }

    mutating func passed(_ count: Int) {
        length += Int64(count)
        (isUnseen, isHeadOver) = (true, true)
        (rest, last) = ([], nil)
    }
}
