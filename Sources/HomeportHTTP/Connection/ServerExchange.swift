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
    private(set) var observer: (any ExchangeObserver)?
    private var isHead = false
    private var minorVersion: UInt8 = 1
    private(set) var keepsAlive = true
    private(set) var expectsContinue = false
    /// Whether the body's end, or that there will be none, was told to who takes it.
    private var isBodyOver = true
    private var closes = false
    private var framing = ResponseHead.Body.none
    private var isChunked = false
    private var status = 0
    private var sent: Int64 = 0
    private var refusal: Refusal.StaticCode?

    // What is set after the end is let go of: it may hold what holds this.
    var onClosed: (() -> Void)? {
        didSet {
            guard state == .finished, let tooLate = onClosed else { return }
            onClosed = nil
            tooLate()
        }
    }
    var onDrained: (() -> Void)? { didSet { if state == .finished { onDrained = nil } } }
    var onBody: ((BodyPart) -> Void)? {
        didSet {
            guard onBody != nil else { return }
            if let connection { connection.process() } else { onBody = nil }
        }
    }
    var isBodyPaused = false { didSet { if oldValue, !isBodyPaused { connection?.process() } } }

    init(loop: LoopState) { self.loop = loop }

    func begin(_ head: RequestHead, on connection: HTTPConnectionHandler, observer: (any ExchangeObserver)?) {
        isBodyPaused = false
        self.connection = connection
        self.observer = observer
        state = .waiting
        isHead = head.method == .head
        minorVersion = head.minorVersion
        keepsAlive = head.keepsAlive
        expectsContinue = head.expectsContinue && head.body != .none
        isBodyOver = false
        (closes, framing, status, sent, refusal) = (false, .none, 0, 0, nil)
    }

    // MARK: For the responder

    var peer: Peer { connection?.peer ?? .unknown }
    var isOpen: Bool { state == .waiting || state == .begun }
    var isBegun: Bool { state != .waiting }
    var isCongested: Bool {
        guard let connection, connection.isCongested else { return false }
        connection.owesDrained = true
        return true
    }

    func answer(_ head: ResponseHead, _ body: ByteBuffer?) {
        guard state == .waiting else { return }
        begin(head)
        if let body { send(body) }
        end()
    }

    func refuse(_ refusal: Refusal) { refuse(refusal, closes: false) }

    func refuse(_ refusal: Refusal, _ head: ResponseHead, _ body: ByteBuffer) {
        guard state == .waiting else { return }
        self.refusal = refusal.code
        answer(head, body)
    }

    func refuse(_ refusal: Refusal, closes: Bool) {
        guard state == .waiting else { return }
        self.refusal = refusal.code
        var (head, body) = ResponseHead.text(refusal)
        head.closes = closes
        answer(head, body)
    }

    func begin(_ head: ResponseHead) {
        guard state == .waiting, let connection else { return }
        state = .begun
        status = head.status
        framing = head.body
        closes = head.closes || connection.mustClose(after: self)
        isChunked = framing == .streamed && (minorVersion == 1 || head.isVerbatim)
        let endsByClosing = framing == .streamed && !isChunked || framing == .untilClosed
        if endsByClosing { closes = true }
        connection.writeHead(
            head,
            closes: closes,
            keepAliveIsNews: minorVersion == 0,
            chunked: isChunked,
            observer: observer
        )
    }

    func send(_ bytes: ByteBuffer) {
        guard let connection = connection(toSend: bytes.readableBytes) else { return }
        observer?.answered(bytes)
        if isChunked { connection.write(String(bytes.readableBytes, radix: 16) + "\r\n") }
        connection.write(bytes)
        if isChunked { connection.write("\r\n") }
        connection.sent()
    }

    func send(_ file: OpenFile, _ range: Range<Int64>) {
        guard let connection = connection(toSend: range.count) else { return }
        observer?.answered(file, range)
        if isChunked { connection.write(String(range.count, radix: 16) + "\r\n") }
        connection.write(file, range)
        if isChunked { connection.write("\r\n") }
        connection.sent()
    }

    /// Counts what is to be sent; nil where nothing may be, or must be.
    private func connection(toSend count: Int) -> HTTPConnectionHandler? {
        guard state == .begun, !isHead, framing != .none, count > 0, let connection else { return nil }
        sent += Int64(count)
        if case .length(let length) = framing, sent > length {
            // The client would take what is beyond the announced length for the next answer.
            connection.close()
            return nil
        }
        return connection
    }

    func inform(_ head: ByteBuffer) {
        guard state == .waiting, minorVersion == 1, let connection else { return }
        connection.write(head)
        connection.sent()
    }

    func takeOver(_ head: ResponseHead) -> TakenConnection? {
        guard state == .waiting, let connection else { return nil }
        status = head.status
        connection.writeHead(head, closes: false, keepAliveIsNews: false, chunked: false, observer: observer)
        guard let (channel, rest) = connection.letGo() else {
            finish(complete: false)
            return nil
        }
        let switched = observer.map { SwitchedExchange($0, status: head.status) }
        observer = nil
        finish(complete: true)
        return TakenConnection(channel: channel, rest: rest, observer: switched)
    }

    func together(_ body: () -> Void) {
        guard let connection else { return body() }
        connection.together(body)
    }

    func end(trailer: ByteBuffer?) {
        guard state == .begun, let connection else { return }
        state = .ended
        if case .length(let length) = framing, !isHead, sent != length {
            // Less than was announced: only closing tells the client.
            return connection.abort()
        }
        if isChunked, !isHead {
            connection.write("0\r\n")
            if let trailer { connection.write(trailer) }
            connection.write("\r\n")
        }
        if connection.isSending { connection.flush() } else { allIsSent() }
    }

    func abort() {
        guard isOpen else { return }
        connection?.abort()
    }

    func cut() {
        guard isOpen else { return }
        state = .ended
        connection?.lastAnswerIsOut(complete: false)
    }

    // MARK: For the connection

    /// Whether the answer is complete as far as its responder goes, so that nobody wants the rest of the body.
    var hasEnded: Bool { state == .ended }
    var wantsBody: Bool { onBody != nil && !isBodyPaused && state != .ended }
    /// 100 has no place behind the beginning of a final answer.
    var owesContinue: Bool { expectsContinue && state == .waiting }
    /// Asked for where there is no body, or no more of it.
    var owesEnd: Bool { wantsBody && !isBodyOver }

    func continueWasSent() { expectsContinue = false }

    func bodyCame(_ bytes: ByteBuffer) {
        observer?.asked(bytes)
        onBody?(.bytes(bytes))
    }

    func bodyIsWhole(trailer: ByteBuffer?) {
        isBodyOver = true
        observer?.askedAll()
        onBody?(.end(trailer: trailer))
    }

    /// The rest of the body will not come.
    func bodyFailed() {
        guard !isBodyOver else { return }
        isBodyOver = true
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
        observer?.ended(status: status, bytes: sent, complete: complete, refusal: refusal)
        observer = nil
        onBody = nil
        onDrained = nil
        let closed = onClosed
        onClosed = nil
        closed?()
    }
}
