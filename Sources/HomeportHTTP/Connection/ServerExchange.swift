import HomeportNet
import NIOCore

/// One request and its answer on an HTTP/1.1 connection: what a responder holds.
///
/// Says what a complete answer is, and whether the connection goes on after it; the handler does the rest. Reused for the
/// next request of the connection unless somebody has kept it.
final class ServerExchange: Exchange {
    private enum State { case waiting, begun, ended, finished }

    let loop: LoopState
    private var connection: HTTPConnectionHandler?
    private var state = State.finished
    private var observer: (any ExchangeObserver)?
    private var isHead = false
    private var minorVersion: UInt8 = 1
    private(set) var keepsAlive = true
    private(set) var expectsContinue = false
    private var isBodyWhole = true
    private var closes = false
    private var framing = ResponseHead.Body.none
    private var status = 0
    private var sent: Int64 = 0

    var onClosed: (() -> Void)?
    var onDrained: (() -> Void)?
    var onBody: ((BodyPart) -> Void)? { didSet { if onBody != nil { connection?.process() } } }
    var isBodyPaused = false { didSet { if !isBodyPaused { connection?.process() } } }

    init(loop: LoopState) { self.loop = loop }

    func begin(_ head: RequestHead, on connection: HTTPConnectionHandler, observer: (any ExchangeObserver)?) {
        self.connection = connection
        self.observer = observer
        state = .waiting
        isHead = head.method == .head
        minorVersion = head.minorVersion
        keepsAlive = head.keepsAlive
        expectsContinue = head.expectsContinue && head.body != .none
        isBodyWhole = head.body == .none
        (closes, framing, status, sent) = (false, .none, 0, 0)
    }

    // MARK: For the responder

    var peer: Peer { connection?.peer ?? Peer(local: nil, remote: nil) }
    var isOpen: Bool { state == .waiting || state == .begun }
    var isCongested: Bool { connection?.isCongested ?? false }

    func answer(_ head: ResponseHead, _ body: ByteBuffer?) {
        guard state == .waiting else { return }
        begin(head)
        if let body { send(body) }
        end()
    }

    func begin(_ head: ResponseHead) {
        guard state == .waiting, let connection else { return }
        state = .begun
        status = head.status
        framing = head.body
        closes = head.closes || connection.mustClose(after: self)
        let endsByClosing = framing == .streamed && minorVersion == 0
        if endsByClosing { closes = true }
        connection.writeHead(
            head,
            closes: closes,
            keepAliveIsNews: minorVersion == 0,
            chunked: framing == .streamed && !endsByClosing
        )
    }

    func send(_ bytes: ByteBuffer) {
        guard state == .begun, !isHead, bytes.readableBytes > 0, let connection else { return }
        sent += Int64(bytes.readableBytes)
        switch framing {
        case .none: return
        case .length: connection.write(bytes)
        case .streamed where minorVersion == 0: connection.write(bytes)
        case .streamed:
            var chunk = ByteBufferAllocator().buffer(capacity: bytes.readableBytes + 12)
            chunk.writeString(String(bytes.readableBytes, radix: 16) + "\r\n")
            chunk.writeImmutableBuffer(bytes)
            chunk.writeStaticString("\r\n")
            connection.write(chunk)
        }
        connection.flush()
    }

    func send(_ file: OpenFile, _ range: Range<Int64>) {
        guard state == .begun, !isHead, let connection else { return }
        assert(framing != .streamed, "a file's length is known")
        sent += Int64(range.count)
        connection.write(file, range)
    }

    func end() {
        guard state == .begun, let connection else { return }
        state = .ended
        if case .length(let length) = framing, !isHead, sent != length {
            // Less than was announced: only closing tells the client.
            assertionFailure("an answer of \(length) bytes ended after \(sent)")
            return connection.close()
        }
        if framing == .streamed, minorVersion == 1, !isHead { connection.write(Self.lastChunk) }
        if !connection.isSending { allIsSent() }
    }

    func abort() {
        guard isOpen else { return }
        connection?.close()
    }

    private static let lastChunk = ByteBuffer(staticString: "0\r\n\r\n")

    // MARK: For the connection

    var hasBegun: Bool { state != .waiting }
    var hasEnded: Bool { state == .ended }
    /// Whether the answer is complete, so that nobody wants the rest of the body.
    var isAnswered: Bool { state == .ended || state == .finished }

    func continueWasSent() { expectsContinue = false }

    func bodyIsWhole() {
        isBodyWhole = true
        onBody?(.end)
    }

    /// The rest of the body will not come.
    func bodyFailed() {
        guard !isBodyWhole else { return }
        isBodyWhole = true
        let sink = onBody
        onBody = nil
        sink?(.failed)
    }

    /// Everything that was sent has left our hands.
    func allIsSent() {
        connection?.answered(self, closes: closes)
    }

    /// - Parameter complete: Whether the client can know that it has the whole answer.
    func finish(complete: Bool) {
        guard state != .finished else { return }
        state = .finished
        bodyFailed()
        connection = nil
        observer?.ended(status: status, bytes: sent, complete: complete)
        observer = nil
        onBody = nil
        onDrained = nil
        let closed = onClosed
        onClosed = nil
        closed?()
    }
}
