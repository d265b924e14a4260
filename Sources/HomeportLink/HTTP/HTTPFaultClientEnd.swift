import HomeportNet
import NIOCore
import NIOHTTP1

/// The end towards clients: takes requests, one at a time, and writes answers as bytes, so that they are what the target sent
/// but for what is meant to be wrong with them.
final class HTTPFaultClientEnd: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// A request and its answer.
    private struct Exchange {
        let effect: HTTPFaults.Effect
        let isHead: Bool
        let keepsAlive: Bool
        var isRequestWhole = false
        /// Of the answer, once its head was written.
        var framing: Framing?
        var bodyBytes: UInt64 = 0
        var isUpgrade = false

        enum Framing {
            case plain, chunked
            /// The connection's end is the body's.
            case untilEnd
        }
    }

    private let faults: HTTPFaults
    private let connection: UInt64
    /// How many requests have come.
    private var number: UInt64 = 0
    private let loop: any EventLoop
    weak var target: HTTPFaultTargetEnd?
    private var context: ChannelHandlerContext?
    private var decoder: ByteToMessageHandler<HTTPRequestDecoder>?
    private var waiting = CircularBuffer<HTTPServerRequestPart>()
    private var exchange: Exchange?
    private var isHeld = false
    private var isReadWithheld = false
    /// The client has sent its end: what waits is still answered.
    private var hasEnded = false
    /// The present answer is the last one of the connection.
    private var isLast = false
    private var isTargetGone = false
    private var held: Scheduled<Void>?
    private var isRaw = false
    /// Parts of requests, each of at most a read.
    private static let mostWaiting = 16

    init(_ faults: HTTPFaults, of connection: UInt64, on loop: any EventLoop) {
        self.faults = faults
        self.connection = connection
        self.loop = loop
    }

    func add(to channel: any Channel) throws {
        let decoder = ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes))
        self.decoder = decoder
        try channel.pipeline.syncOperations.addHandlers([decoder, self])
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isRaw { return context.fireChannelRead(data) }
        waiting.append(unwrapInboundIn(data))
        process()
    }

    func read(context: ChannelHandlerContext) {
        if isRaw || waiting.count < Self.mostWaiting && target?.isWritable ?? true {
            context.read()
        } else {
            isReadWithheld = true
        }
    }

    func resumeReading() {
        guard isReadWithheld, waiting.count < Self.mostWaiting, target?.isWritable ?? true else { return }
        isReadWithheld = false
        context?.read()
    }

    private func process() {
        while !isHeld, !isRaw, let part = waiting.first {
            switch part {
            case .head(let head):
                guard exchange == nil else { return }
                waiting.removeFirst()
                begin(head)
            case .body(let bytes):
                waiting.removeFirst()
                if exchange?.effect.answer == nil { target?.send(.body(.byteBuffer(bytes))) }
            case .end(let trailers):
                waiting.removeFirst()
                exchange?.isRequestWhole = true
                if let answer = exchange?.effect.answer {
                    write(answer)
                } else {
                    target?.send(.end(trailers))
                }
                endIfWhole(isAnswerWhole: exchange?.effect.answer != nil)
            }
        }
        resumeReading()
        if hasEnded, exchange == nil, waiting.isEmpty { close() }
    }

    private func begin(_ head: HTTPRequestHead) {
        number += 1
        let request = HTTPFaults.Request(
            connection: connection,
            number: number,
            method: head.method.rawValue,
            path: head.uri
        ) { head.headers[$0] }
        let effect = faults.effect(on: request) ?? HTTPFaults.Effect()
        exchange = Exchange(effect: effect, isHead: head.method == .HEAD, keepsAlive: head.isKeepAlive)
        guard effect.delay > 0 else { return pass(head) }
        isHeld = true
        let bound = NIOLoopBound((self, head), eventLoop: loop)
        held = loop.scheduleTask(in: .nanoseconds(Int64(clamping: effect.delay))) {
            let (end, head) = bound.value
            end.isHeld = false
            end.pass(head)
            end.process()
        }
    }

    private func pass(_ head: HTTPRequestHead) {
        guard let effect = exchange?.effect, effect.answer == nil else { return }
        guard !isTargetGone else { return close() }
        var head = head
        for edit in effect.requestEdits { head.headers.apply(edit) }
        target?.send(.head(head))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if isRaw { return context.fireUserInboundEventTriggered(event) }
        guard case ChannelEvent.inputClosed = event else { return }
        hasEnded = true
        process()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if isRaw { return context.fireErrorCaught(error) }
        if exchange == nil, error is HTTPParserError {
            write((400, "this is no HTTP/1.1, and the link was told that it is: \(error)\n"))
        }
        close()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if isRaw { return context.fireChannelInactive() }
        held?.cancel()
        waiting.removeAll()
        target?.close()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if isRaw { context.fireChannelWritabilityChanged() } else { target?.resumeReading() }
    }

    // MARK: Answers

    var isWritable: Bool { context?.channel.isWritable ?? true }

    func answer(_ part: HTTPClientResponsePart) {
        guard exchange != nil else { return close() }
        switch part {
        case .head(let head): answer(head)
        case .body(let bytes): answer(bytes)
        case .end(let trailers):
            if case .chunked? = exchange?.framing, exchange?.isHead == false {
                var text = "0\r\n"
                for (name, value) in trailers ?? [:] { text += "\(name): \(value)\r\n" }
                write(ByteBuffer(string: text + "\r\n"))
            }
            context?.flush()
            if exchange?.isUpgrade == true { upgrade() } else { endIfWhole(isAnswerWhole: true) }
        }
    }

    private func answer(_ head: HTTPResponseHead) {
        var head = head
        let isLast = !(100..<200).contains(head.status.code) || head.status == .switchingProtocols
        if isLast, let effect = exchange?.effect { for edit in effect.answerEdits { head.headers.apply(edit) } }
        var text =
            "HTTP/\(head.version.major).\(head.version.minor) \(head.status.code) \(head.status.reasonPhrase)\r\n"
        for (name, value) in head.headers { text += "\(name): \(value)\r\n" }
        write(ByteBuffer(string: text + "\r\n"))
        context?.flush()
        guard isLast else { return }
        exchange?.isUpgrade = head.status == .switchingProtocols
        let isEmpty = exchange?.isHead == true || head.status == .noContent || head.status == .notModified
        let codings = head.headers[canonicalForm: "transfer-encoding"]
        if codings.last?.lowercased() == "chunked" {
            exchange?.framing = .chunked
        } else if isEmpty || head.headers.contains(name: "content-length") {
            exchange?.framing = .plain
        } else {
            exchange?.framing = .untilEnd
        }
        if !head.isKeepAlive { self.isLast = true }
    }

    private func answer(_ bytes: ByteBuffer) {
        guard var exchange else { return }
        var bytes = bytes
        let start = exchange.bodyBytes
        exchange.bodyBytes += UInt64(bytes.readableBytes)
        self.exchange = exchange
        for place in exchange.effect.corruptAt where place >= start && place < exchange.bodyBytes {
            let index = bytes.readerIndex + Int(place - start)
            if let byte = bytes.getInteger(at: index, as: UInt8.self) { bytes.setInteger(byte ^ 1, at: index) }
        }
        let most = exchange.effect.truncate ?? .max
        let isCut = exchange.bodyBytes > most
        if isCut { bytes = bytes.readSlice(length: Int(most - min(most, start))) ?? ByteBuffer() }
        if case .chunked? = exchange.framing, bytes.readableBytes > 0 {
            write(ByteBuffer(string: String(bytes.readableBytes, radix: 16) + "\r\n"))
            write(bytes)
            write(ByteBuffer(string: "\r\n"))
        } else {
            write(bytes)
        }
        guard isCut else { return }
        // What else there is of it is not to reach the client, its end least of all.
        self.exchange = nil
        target?.close()
        close()
    }

    func answersWritten() { context?.flush() }

    private func endIfWhole(isAnswerWhole: Bool) {
        guard isAnswerWhole, let done = exchange else { return }
        if case .untilEnd? = done.framing { isLast = true }
        exchange = nil
        // An answer that came before all of the request was sent is the last one: what is still to come is not wanted.
        guard !isLast, done.keepsAlive, done.isRequestWhole else {
            waiting.removeAll()
            return close()
        }
        process()
    }

    private func write(_ answer: (status: Int, body: String)) {
        let status = HTTPResponseStatus(statusCode: answer.status)
        let hasBody = status != .noContent && status != .notModified
        var text = "HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n"
        if hasBody {
            text += "Content-Type: text/plain; charset=utf-8\r\nContent-Length: \(answer.body.utf8.count)\r\n"
        }
        if exchange?.keepsAlive != true { text += "Connection: close\r\n" }
        text += "\r\n" + (hasBody && exchange?.isHead != true ? answer.body : "")
        write(ByteBuffer(string: text))
        context?.flush()
    }

    private func write(_ bytes: ByteBuffer) { context?.write(wrapOutboundOut(bytes), promise: nil) }

    /// The target has gone.
    func targetClosed() {
        guard !isRaw else { return }
        isTargetGone = true
        if let exchange, exchange.framing == nil, exchange.effect.answer == nil, !isHeld {
            // It gave no answer: as when nobody was between.
            self.exchange = nil
        }
        if exchange != nil, isHeld || exchange?.effect.answer != nil {
            isLast = true
            return
        }
        close()
    }

    func close() {
        guard let context else { return }
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: written)
        written.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }

    // MARK: Another protocol

    /// From here on it is not HTTP: bytes go both ways as they come.
    private func upgrade() {
        guard let context, let target, let decoder else { return close() }
        isRaw = true
        do { try target.upgrade(beside: context, decoder) } catch { close() }
    }
}

extension HTTPHeaders {
    fileprivate mutating func apply(_ edit: HTTPFaults.Edit) {
        switch edit {
        case .set(let name, let value): replaceOrAdd(name: name, value: value)
        case .remove(let name): remove(name: name)
        }
    }
}
