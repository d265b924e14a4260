import HomeportNet
package import NIOCore

/// Who has sent a request on a ``ClientConnection``, and is told of its answer. All calls on the connection's loop.
package protocol ResponseReceiver: AnyObject {
    /// An answer before the final one (1xx).
    func informed(_ head: ReceivedHead)
    func begins(_ head: ReceivedHead)
    func received(_ bytes: ByteBuffer)
    /// The answer is whole, and the connection no longer this request's.
    func ends(trailer: ByteBuffer?)
    /// The server has switched to another protocol (101): the connection is nobody's any more.
    func switches(_ head: ReceivedHead, _ channel: any Channel, rest: ByteBuffer)
    /// There will be no answer, or no more of it, and the connection has ended.
    func fails(_ failure: ClientFailure)
    /// ``ClientConnection/isCongested`` was true and no longer is.
    func drained()
    /// Around all that one read brings.
    func together(_ body: () -> Void)
}

/// Why there is no answer, or no whole one.
package enum ClientFailure: Error {
    /// No connection came about.
    case unreachable(any Error)
    /// It ended before the answer began.
    case noAnswer
    /// It ended in the middle of the answer.
    case cutShort
    /// What came is no answer that could be trusted.
    case malformed(Refusal)

    /// In words.
    package var text: String {
        switch self {
        case .unreachable(let error): "the service cannot be reached: \(DialFailure.text(error))"
        case .noAnswer: "the service ended the connection without an answer"
        case .cutShort: "the service ended the connection in the middle of its answer"
        case .malformed(let refusal): "the service answered what makes no sense: \(refusal.detail)"
        }
    }
}
