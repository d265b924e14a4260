package import HomeportNet
package import NIOCore

/// A client's connection that speaks HTTP no longer.
package struct TakenConnection {
    package let channel: any Channel
    /// What the client has sent ahead.
    package let rest: ByteBuffer
    /// To be told what passes from now on, and of the end; nil where nobody wants to know.
    package let observer: (any PassageObserver)?
}

/// The rest of an exchange whose connection was taken over: its request and its answer go on as what passes.
final class SwitchedExchange: PassageObserver {
    private let observer: any ExchangeObserver
    private let status: Int
    private var bytes: Int64 = 0

    init(_ observer: any ExchangeObserver, status: Int) {
        (self.observer, self.status) = (observer, status)
        observer.switched(status: status)
    }

    func came(_ bytes: ByteBuffer) { observer.asked(bytes) }

    func went(_ bytes: ByteBuffer) {
        self.bytes += Int64(bytes.readableBytes)
        observer.answered(bytes)
    }

    func ended(isBroken: Bool) {
        observer.ended(status: status, bytes: bytes, complete: !isBroken, refusal: nil)
    }
}
