import HomeportNet
import NIOCore

/// How answers leave. Small ones collect in `output`, which is written when the read cycle ends; files, and whatever is
/// sent behind one, wait in `pieces` and move in steps of a mebibyte, so that a file that shrinks is noticed and a client
/// that takes nothing is, too.
extension HTTPConnectionHandler {
    enum Piece {
        case bytes(ByteBuffer)
        case file(OpenFile, Range<Int64>)
    }

    /// Beyond this, waiting for the end of the read cycle saves nothing more.
    static var fullOutput: Int { 64 << 10 }
    private static var fileStep: Int64 { 1 << 20 }
    /// Bodies up to this are copied behind their head, which costs less than a second entry in the write queue.
    private static var smallBody: Int { 16 << 10 }

    /// Whether more should not be produced until the client has taken some.
    var isCongested: Bool { !isWritable || isSending }

    /// Whether pieces of an answer have yet to leave our hands.
    var isSending: Bool { !pieces.isEmpty || isFileMoving }

    /// - Parameter observer: Told what was written.
    func writeHead(
        _ head: ResponseHead,
        closes: Bool,
        keepAliveIsNews: Bool,
        chunked: Bool,
        observer: (any ExchangeObserver)? = nil
    ) {
        if output.capacity == 0 { output = loop.takeScratch() }
        let start = output.readableBytes
        writeHead(head, closes, keepAliveIsNews, chunked)
        guard let observer else { return }
        let written = output
        observer.answers(head.status, written.readableBytesUInt8Span.extracting(start...))
    }

    private func writeHead(_ head: ResponseHead, _ closes: Bool, _ keepAliveIsNews: Bool, _ chunked: Bool) {
        output.writeImmutableBuffer(head.block)
        guard !head.isVerbatim else {
            output.writeStaticString("\r\n")
            return
        }
        if !head.hasDate { loop.writeDate(to: &output) }
        if chunked { output.writeStaticString("Transfer-Encoding: chunked\r\n") }
        if closes {
            output.writeStaticString("Connection: close\r\n\r\n")
        } else if keepAliveIsNews {
            output.writeStaticString("Connection: keep-alive\r\n\r\n")
        } else {
            output.writeStaticString("\r\n")
        }
    }

    func write(_ bytes: ByteBuffer) {
        if pieces.isEmpty { put(bytes) } else { pieces.append(.bytes(bytes)) }
    }

    /// Short text, such as what frames a chunk.
    func write(_ text: String) {
        if pieces.isEmpty { output.writeString(text) } else { pieces.append(.bytes(ByteBuffer(string: text))) }
    }

    func write(_ file: OpenFile, _ range: Range<Int64>) {
        guard !range.isEmpty else { return }
        pieces.append(.file(file, range))
        pump()
    }

    /// A piece of an answer was written.
    func sent() {
        flush()
        if isCongested { owesDrained = true } else if owesDrained { goOn() }
    }

    private func put(_ bytes: ByteBuffer) {
        if bytes.readableBytes <= Self.smallBody {
            output.writeImmutableBuffer(bytes)
            // A read cycle may bring much to answer, and who answers in many pieces asks after each whether to stop.
            if output.readableBytes > Self.fullOutput { writeOutput() }
        } else if let context {
            handOverOutput(to: context)
            handedOver &+= bytes.readableBytes
            context.write(wrapOutboundOut(.byteBuffer(bytes)), promise: nil)
            hasUnflushed = true
        }
    }

    /// Writes what has collected, unless more is about to be added to it.
    func flush() {
        guard !isInReadCycle, !isProcessing, !isCollecting else { return }
        if output.readableBytes > 0 || hasUnflushed { writeOutput() }
        guard output.capacity > 0, output.readableBytes == 0 else { return }
        loop.giveBack(output)
        output = ByteBuffer()
    }

    /// What `body` writes leaves in one piece.
    func together(_ body: () -> Void) {
        guard !isCollecting else { return body() }
        isCollecting = true
        body()
        isCollecting = false
        flush()
    }

    func writeOutput(promise: EventLoopPromise<Void>? = nil) {
        guard let context else {
            output.clear()
            promise?.fail(ChannelError.alreadyClosed)
            return
        }
        let (wasCongested, wasWriting) = (isCongested, isWriting)
        isWriting = true
        hasUnflushed = false
        // Taken out meanwhile: what is written while the channel takes this must not be taken with it again.
        var taken = ByteBuffer()
        swap(&taken, &output)
        handedOver &+= taken.readableBytes
        if taken.readableBytes > 0 || promise != nil {
            context.writeAndFlush(wrapOutboundOut(.byteBuffer(taken)), promise: promise)
        } else {
            context.flush()
        }
        if output.capacity == 0 {
            taken.clear()
            output = taken
        }
        isWriting = wasWriting
        if isCongested {
            owesDrained = true
            expectProgress()
        } else if wasCongested, !wasWriting {
            goOn()
        }
    }

    private func handOverOutput(to context: ChannelHandlerContext) {
        guard output.readableBytes > 0 else { return }
        var taken = ByteBuffer()
        swap(&taken, &output)
        handedOver &+= taken.readableBytes
        context.write(wrapOutboundOut(.byteBuffer(taken)), promise: nil)
    }

    /// Moves the next piece, if none is moving.
    func pump() {
        while !isFileMoving, let piece = pieces.first, let context {
            switch piece {
            case .bytes(let bytes):
                pieces.removeFirst()
                put(bytes)
            case .file(let file, let range):
                let step = range.lowerBound..<min(range.upperBound, range.lowerBound + Self.fileStep)
                guard let size = file.size, size >= step.upperBound else { return close() }
                let rest = step.upperBound..<range.upperBound
                if rest.isEmpty { pieces.removeFirst() } else { pieces[pieces.startIndex] = .file(file, rest) }
                move(file, step, in: context)
            }
        }
        if !isSending, let exchange, exchange.hasEnded { exchange.allIsSent() }
    }

    private func move(_ file: OpenFile, _ step: Range<Int64>, in context: ChannelHandlerContext) {
        isFileMoving = true
        movingFile = (file, step.upperBound)
        let moved = context.eventLoop.makePromise(of: Void.self)
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        moved.futureResult.whenComplete { handler.value.hasMoved($0) }
        let wasWriting = isWriting
        isWriting = true
        if output.readableBytes > 0 {
            if cork == nil { cork = Cork(context.channel) }
            cork?.hold()
            handOverOutput(to: context)
        }
        hasUnflushed = false
        handedOver &+= step.count
        context.writeAndFlush(wrapOutboundOut(.fileRegion(file.region(step))), promise: moved)
        isWriting = wasWriting
        if isFileMoving { expectProgress() }
    }

    private func hasMoved(_ result: Result<Void, any Error>) {
        isFileMoving = false
        movingFile = nil
        guard case .success = result else { return }
        cork?.letGo()
        pump()
        // In the middle of a write, who wrote goes on by itself.
        if !isWriting { goOn() }
    }
}
