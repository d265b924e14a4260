package import NIOCore

/// Who is told of what goes through links. A nil observer costs nothing.
package protocol PassageObserving: AnyObject, Sendable {
    /// A connection has come, or the first datagram of a flow.
    /// - Parameters:
    ///   - link: Its name.
    ///   - source: Tells, as long as it is there, what the link's conditions do to it.
    func began(_ link: String, _ peer: Peer, isDatagram: Bool, on loop: any EventLoop, _ source: any ConditionSource)
        -> (any PassageObserver)?
}

/// Who is told what passes on one connection, or in one flow of datagrams, as its client sees it. On its loop; whatever is handed
/// over is the relay's: who wants to keep it makes a copy.
package protocol PassageObserver: AnyObject {
    /// What access has said: whom it has let in; or why not, and then nothing more comes.
    func admitted(_ verdict: String)
    func refused(_ verdict: String)
    /// There is a connection to where it leads, or will be none.
    func connected(_ upstream: Peer)
    func failed(_ error: any Error)
    /// Bytes, or a datagram, from the client as it sent them.
    func came(_ bytes: ByteBuffer)
    /// Bytes, or a datagram, to the client as it gets them.
    func went(_ bytes: ByteBuffer)
    /// - Parameter isBroken: Whether somebody broke off (RST), rather than ended.
    func ended(isBroken: Bool)
}

extension PassageObserver {
    package func admitted(_ verdict: String) {}
    package func refused(_ verdict: String) {}
    package func connected(_ upstream: Peer) {}
    package func failed(_ error: any Error) {}
}
