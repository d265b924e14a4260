import HTTPTestSupport
import HomeportNet
import NIOCore
import NIOEmbedded
import Testing

@testable import HomeportHTTP

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A connection in virtual time, with the client's end in the test's hands.
///
///     let bench = Bench { _, exchange in exchange.answer(200, "ok") }
///     bench.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
///     #expect(bench.received() == "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
final class Bench {
    typealias Answer = (RequestHead, any Exchange) -> Void

    let loop: EmbeddedEventLoop
    let state: LoopState
    let channel: EmbeddedChannel
    let socket = SocketHandler()
    let handler: HTTPConnectionHandler
    let observed: Observed
    /// What the network brought and the server has not read.
    private var inbox: [ByteBuffer] = []

    init(
        on state: LoopState? = nil,
        policy: (any RequestPolicy)? = nil,
        limits: HTTPLimits = HTTPLimits(),
        deadlines: HTTPDeadlines = HTTPDeadlines(),
        _ answer: @escaping Answer
    ) {
        loop = state?.loop as? EmbeddedEventLoop ?? EmbeddedEventLoop()
        self.state = state ?? LoopState(loop: loop, index: 0)
        observed = Observed(loop)
        var service = HTTPService(responder: Script(answer, loop), policy: policy, observer: observed)
        service.limits = limits
        service.deadlines = deadlines
        handler = HTTPConnectionHandler(service: service, loop: self.state)
        channel = EmbeddedChannel(handlers: [socket, handler], loop: loop)
        channel.connect(to: SocketAddress(sockaddr_in(), host: "client"), promise: nil)
        channel.read()
    }

    deinit {
        if channel.isActive { channel.close(promise: nil) }
        loop.run()
    }

    // MARK: What the client does

    /// Sends pieces, which arrive in one read cycle as soon as the server reads.
    func send(_ pieces: String...) { send(pieces.map { ByteBuffer(string: $0) }) }

    func send(_ pieces: [ByteBuffer]) {
        inbox += pieces
        deliver()
    }

    /// Sends FIN. NIO reads on to the end when it has seen one, whether or not reads are withheld.
    func finishSending() {
        let rest = inbox
        inbox = []
        give(rest)
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        deliver()
    }

    /// What came since the last time, without the Date line.
    func received() -> String { Self.withoutDates(socket.takeReceived()) }

    static func withoutDates(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self).replacing(#/Date: [^\r]*\r\n/#, with: "")
    }

    func stall() { socket.stall() }

    /// The client takes so many more bytes.
    func take(_ count: Int) throws {
        socket.take(count, context: try channel.pipeline.syncOperations.context(handler: socket))
        deliver()
    }

    // MARK: What else happens

    func advance(by time: TimeAmount) {
        loop.advanceTime(by: time)
        deliver()
    }

    func quiesce() { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }

    var isClosed: Bool { socket.isClosed }
    var isHalfClosed: Bool { socket.isOutputClosed && !socket.isClosed }
    /// Bytes that the server has not read.
    var unread: Int { inbox.reduce(0) { $0 + $1.readableBytes } }

    /// Reads as long as the server asks for it: what a channel with automatic reading does. To be called after the test
    /// has done something by an exchange it holds.
    func deliver() {
        loop.run()
        while socket.wantsBytes, !inbox.isEmpty, channel.isActive {
            let pieces = inbox
            inbox = []
            give(pieces)
        }
    }

    private func give(_ pieces: [ByteBuffer]) {
        guard !pieces.isEmpty, channel.isActive else { return }
        socket.wantsBytes = false
        for piece in pieces { channel.pipeline.fireChannelRead(piece) }
        channel.pipeline.fireChannelReadComplete()
        if !socket.wantsBytes { channel.read() }
        loop.run()
    }
}

/// A responder made of a closure.
private final class Script: Responder {
    private let answer: NIOLoopBound<Bench.Answer>

    init(_ answer: @escaping Bench.Answer, _ loop: any EventLoop) {
        self.answer = NIOLoopBound(answer, eventLoop: loop)
    }

    func respond(to head: RequestHead, _ exchange: any Exchange) { answer.value(head, exchange) }
}

/// What an observer was told, in order.
final class Observed: ExchangeObserving {
    private let lines: NIOLoopBoundBox<[String]>

    init(_ loop: any EventLoop) { lines = NIOLoopBoundBox([], eventLoop: loop) }

    var told: [String] { lines.value }

    func began(_ head: RequestHead, _ peer: Peer, on loop: LoopState) -> (any ExchangeObserver)? {
        Observation(target: head.targetText, lines: lines)
    }

    func refused(_ refusal: Refusal, _ peer: Peer, on loop: LoopState) {
        lines.value.append("refused \(refusal.status) \(refusal.code)")
    }

    private final class Observation: ExchangeObserver {
        let target: String
        let lines: NIOLoopBoundBox<[String]>

        init(target: String, lines: NIOLoopBoundBox<[String]>) {
            self.target = target
            self.lines = lines
        }

        func ended(status: Int, bytes: Int64, complete: Bool, refusal: Refusal.StaticCode?) {
            lines.value.append("\(target) \(status) \(bytes)\(complete ? "" : " incomplete")")
        }
    }
}

extension Exchange {
    /// A whole answer with a body of known length and no field besides.
    func answer(_ status: Int, _ body: String) {
        answer(ResponseHead(status, body: .length(Int64(body.utf8.count))), ByteBuffer(string: body))
    }
}

func get(_ target: String, _ fields: String..., version: String = "1.1", method: String = "GET") -> String {
    "\(method) \(target) HTTP/\(version)\r\nHost: a\r\n\(fields.map { $0 + "\r\n" }.joined())\r\n"
}

/// An answer of ``Exchange/answer(_:_:)`` as it stands on the wire, without its Date.
func ok(_ body: String, _ fields: String..., status: String = "200 OK") -> String {
    "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(fields.map { $0 + "\r\n" }.joined())\r\n\(body)"
}
