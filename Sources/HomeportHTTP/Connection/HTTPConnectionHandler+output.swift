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

    func writeHead(_ head: ResponseHead, closes: Bool, keepAliveIsNews: Bool, chunked: Bool) {
        output.writeImmutableBuffer(head.block)
        loop.writeDate(to: &output)
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
        guard pieces.isEmpty else { return pieces.append(.bytes(bytes)) }
        if bytes.readableBytes <= Self.smallBody {
            output.writeImmutableBuffer(bytes)
        } else {
            if output.readableBytes > 0 { context?.write(wrapOutboundOut(.byteBuffer(output)), promise: nil) }
            output.clear()
            context?.write(wrapOutboundOut(.byteBuffer(bytes)), promise: nil)
            hasUnflushed = true
        }
    }

    func write(_ file: OpenFile, _ range: Range<Int64>) {
        guard !range.isEmpty else { return }
        pieces.append(.file(file, range))
        pump()
    }

    /// Writes what has collected, unless the read cycle is going to add to it.
    func flush() {
        guard !isInReadCycle else { return }
        if output.readableBytes > 0 || hasUnflushed { writeOutput() }
        guard output.capacity > 0 else { return }
        loop.giveBack(output)
        output = ByteBuffer()
    }

    func writeOutput(promise: EventLoopPromise<Void>? = nil) {
        hasUnflushed = false
        guard let context else {
            promise?.fail(ChannelError.alreadyClosed)
            return
        }
        if output.readableBytes > 0 || promise != nil {
            context.writeAndFlush(wrapOutboundOut(.byteBuffer(output)), promise: promise)
            output.clear()
        } else {
            context.flush()
        }
        if isCongested { expectProgress() }
    }

    /// Moves the next piece, if none is moving.
    func pump() {
        while !isFileMoving, let piece = pieces.first, let context {
            switch piece {
            case .bytes(let bytes):
                pieces.removeFirst()
                output.writeImmutableBuffer(bytes)
            case .file(let file, let range):
                let step = range.lowerBound..<min(range.upperBound, range.lowerBound + Self.fileStep)
                guard let size = file.size, size >= step.upperBound else { return close() }
                let rest = step.upperBound..<range.upperBound
                if rest.isEmpty { pieces.removeFirst() } else { pieces[pieces.startIndex] = .file(file, rest) }
                move(file, step, in: context)
            }
        }
        if pieces.isEmpty, !isFileMoving, let exchange, exchange.hasEnded { exchange.allIsSent() }
    }

    private func move(_ file: OpenFile, _ step: Range<Int64>, in context: ChannelHandlerContext) {
        isFileMoving = true
        movingFile = (file, step.upperBound)
        let moved = context.eventLoop.makePromise(of: Void.self)
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        moved.futureResult.whenComplete { result in
            let handler = handler.value
            handler.isFileMoving = false
            handler.movingFile = nil
            guard case .success = result else { return }
            handler.pump()
            handler.flush()
        }
        if output.readableBytes > 0 {
            context.write(wrapOutboundOut(.byteBuffer(output)), promise: nil)
            output.clear()
        }
        context.writeAndFlush(wrapOutboundOut(.fileRegion(file.region(step))), promise: moved)
        if isFileMoving { expectProgress() }
    }
}
