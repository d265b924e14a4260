import HomeportNet
import NIOCore

/// How a connection ends: in steps, at once, or because it has ended.
extension HTTPConnectionHandler {
    /// Everything that this connection will ever send has been handed over. It is closed in steps (RFC 9112, section
    /// 9.6): when all has left, our half; then the rest when the client has closed, too, or its time is over.
    func lastAnswerIsOut(complete: Bool = true) {
        switch phase {
        case .lingering, .closed: return
        case .head, .body, .answering: break
        }
        phase = .lingering
        pending = ByteBuffer()
        finishExchange(complete: complete)
        guard case .lingering = phase, let context else { return }
        let written = context.eventLoop.makePromise(of: Void.self)
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        written.futureResult.whenComplete { _ in handler.value.halfClose() }
        writeOutput(promise: written)
        if case .lingering = phase, !isHalfClosed { expectProgress() }
        resumeReading()
    }

    private func halfClose() {
        guard case .lingering = phase, let context else { return }
        if clientHasFinished { return close() }
        isHalfClosed = true
        expect(.linger)
        context.close(mode: .output, promise: nil)
    }

    /// Ends the connection at once. What has not left is lost.
    func close() {
        if case .closed = phase { return }
        phase = .closed
        pieces.removeAll()
        finishExchange(complete: false)
        context?.close(promise: nil)
    }

    /// Ends the connection short, after what was sent so far.
    func abort() {
        if output.readableBytes > 0 || hasUnflushed { writeOutput() }
        close()
    }

    /// The connection goes on without this handler.
    /// - Returns: The connection, and what has come and was not read; nil if it has ended.
    func letGo() -> (channel: any Channel, rest: ByteBuffer)? {
        guard let context else { return nil }
        writeOutput()
        guard context.channel.isActive else { return nil }
        let rest = pending
        phase = .closed
        exchange = nil
        // It takes its timer, its buffer and itself away.
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
        return (context.channel, rest)
    }

    /// The connection goes to another process, with the request that begins here.
    func leave(with bytes: ByteBuffer, _ elsewhere: @escaping (LeavingConnection) -> Void) {
        guard let (channel, rest) = letGo() else { return }
        var ahead = bytes
        ahead.writeImmutableBuffer(rest)
        let handler = LeavingHandler(ahead: ahead) { connection in connection.map(elsewhere) }
        do { try channel.pipeline.syncOperations.addHandler(handler) } catch { channel.close(promise: nil) }
    }

    func ended() {
        phase = .closed
        timer?.cancel()
        timer = nil
        pending = ByteBuffer()
        pieces.removeAll()
        finishExchange(complete: false)
        loop.giveBack(output)
        output = ByteBuffer()
    }

    private func finishExchange(complete: Bool) {
        guard let exchange else { return }
        self.exchange = nil
        exchange.finish(complete: complete)
    }
}
