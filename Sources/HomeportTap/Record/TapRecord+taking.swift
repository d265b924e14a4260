import HomeportHTTP
import HomeportNet
import NIOCore

/// What is taken down at each step, in one go: of what a class has, each access on its own is one that is looked after.
extension TapRecord {
    mutating func begin(_ kind: TapKind, _ peer: Peer, at time: UInt64) {
        (self.kind, began, client) = (kind, time, peer)
    }

    mutating func began(_ head: RequestHead) {
        heads.reserveCapacity(3 * head.fields.bytes.readableBytes + 768)
        requestHead = append(head.fields.bytes)
        (method, target, authority, path) = (head.methodRange, head.target, head.authority, head.path)
    }

    mutating func connected(_ peer: Peer, isReused: Bool, at time: UInt64) {
        (connected, upstream, self.isReused) = (time, peer, isReused)
        // Another connection than the one that failed, if one did.
        error = ""
    }

    /// The service is asked; it may be once more, on another connection.
    mutating func asks(_ head: ByteBuffer) {
        heads.removeLast(heads.count - requestHead)
        sentHead = append(head)
    }

    /// The service answers.
    mutating func answers(_ head: ByteBuffer, at time: UInt64) {
        answered = time
        receivedHead = append(head)
    }

    /// The client is answered.
    mutating func answers(_ status: Int, _ head: Span<UInt8>, at time: UInt64) {
        (headed, self.status) = (time, status)
        head.withUnsafeBufferPointer { heads.append(contentsOf: $0) }
    }

    mutating func ended(status: Int, complete: Bool, refusal: Refusal.StaticCode?, at time: UInt64) {
        (ended, self.status, isComplete) = (time, status, complete)
        if let refusal { self.refusal = "\(refusal)" }
    }

    private mutating func append(_ head: ByteBuffer) -> Int {
        head.withUnsafeReadableBytes { heads.append(contentsOf: $0) }
        return head.readableBytes
    }
}
