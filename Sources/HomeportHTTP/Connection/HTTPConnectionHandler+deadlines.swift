import HomeportNet
package import NIOCore

/// How long a client may take. What is awaited now is one value with one time; the timer behind it is armed lazily: it
/// fires at or before the time that counts, looks, and is armed again only if there is still something to wait for. So a
/// busy connection touches no timer.
extension HTTPConnectionHandler: NIOScheduledCallbackHandler {
    enum Deadline {
        case none, idle, head, body, progress, linger
    }

    func expect(_ kind: Deadline) {
        deadline = kind
        let deadlines = service.deadlines
        let span: TimeAmount? =
            switch kind {
            case .none: nil
            case .idle: deadlines.idle
            case .head: deadlines.head
            case .body: deadlines.body
            case .progress: deadlines.write.map { min($0, Self.progressStep) }
            case .linger: deadlines.linger
            }
        guard let span else {
            due = .distantFuture
            return
        }
        due = loop.clock + span
        if timer == nil || due < timerFires { arm() }
    }

    /// Watches that what waits to be sent does leave.
    func expectProgress() {
        guard deadline != .progress, deadline != .linger else { return }
        stalledSince = loop.clock
        unsentBefore = unsent
        expect(.progress)
    }

    package func handleScheduledCallback(eventLoop: some EventLoop) {
        timer = nil
        guard due <= loop.clock else {
            if due != .distantFuture { arm() }
            return
        }
        switch deadline {
        case .none: break
        case .idle, .linger: close()
        case .head: refuse(Refusal(408, "deadline.head", "the request's head did not come in time"))
        case .body: checkBody()
        case .progress: checkProgress()
        }
        flush()
    }

    package func didCancelScheduledCallback(eventLoop: some EventLoop) {}

    /// How often a file that is moving is looked at: `sendfile` waits for ever at the end of one that has shrunk.
    private static var progressStep: TimeAmount { .seconds(1) }

    private func arm() {
        timer?.cancel()
        guard let context else { return }
        timerFires = due
        timer = try? context.eventLoop.assumeIsolated().scheduleCallback(at: due, handler: self)
    }

    private func checkBody() {
        // While it is we who hold the client back, it is not late.
        let isHeld = exchange.map { !$0.isAnswered && ($0.onBody == nil || $0.isBodyPaused) } ?? true
        if isHeld || bodyBytes >= service.deadlines.bodyFloor {
            bodyBytes = 0
            return expect(.body)
        }
        let late = Refusal(408, "deadline.body", "the request's body did not come in time")
        if let exchange, !exchange.hasBegun { exchange.bodyFailed() }
        if exchange?.hasBegun == true { close() } else { refuse(late) }
    }

    private func checkProgress() {
        if let (file, end) = movingFile, (file.size ?? 0) < end { return close() }
        let unsent = unsent
        guard unsent > 0 || !pieces.isEmpty else { return afterProgress() }
        if unsent != unsentBefore { stalledSince = loop.clock }
        unsentBefore = unsent
        if let limit = service.deadlines.write, loop.clock - stalledSince >= limit { return close() }
        expect(.progress)
    }

    /// Nothing waits any more: back to what the phase awaits.
    private func afterProgress() {
        switch phase {
        case .head where exchange == nil: expect(.idle)
        case .body: expect(.body)
        case .lingering: expect(.linger)
        default: expect(.none)
        }
    }

    private var unsent: Int {
        (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }
}
