import HomeportNet
package import NIOCore

/// How long a client may take. What is awaited now is one value with one time; the timer behind it is armed lazily: it
/// fires at or before the time that counts, looks, and is armed again only if there is still something to wait for. So a
/// busy connection touches no timer.
extension HTTPConnectionHandler: NIOScheduledCallbackHandler {
    enum Deadline {
        case none, idle, head, body, progress, linger
        /// That the client, which sends no more, is still there for its answer.
        case presence
    }

    /// What waits to be sent is watched first: while it is, the rest is not expected, and begins when it has left.
    func expect(_ kind: Deadline) {
        if deadline == .progress, kind != .linger { return }
        watch(kind)
    }

    /// Watches that what waits to be sent does leave.
    func expectProgress() {
        guard deadline != .progress else { return }
        stalledSince = loop.clock
        leftBefore = handedOver &- unsent
        watch(.progress)
    }

    private func watch(_ kind: Deadline) {
        deadline = kind
        let deadlines = service.deadlines
        let span: TimeAmount? =
            switch kind {
            case .none: nil
            case .idle: deadlines.idle
            case .head: deadlines.head
            case .body: deadlines.body
            case .progress: min(deadlines.write ?? Self.progressStep, Self.progressStep)
            case .linger: deadlines.linger
            case .presence: nextLook
            }
        guard let span else {
            due = .distantFuture
            return
        }
        due = loop.clock + span
        if timer == nil || due < timerFires { arm() }
    }

    package func handleScheduledCallback(eventLoop: some EventLoop) {
        timer = nil
        guard due <= loop.clock else {
            if due != .distantFuture { arm() }
            return
        }
        switch deadline {
        case .none: break
        // Little enough may wait to be sent that the channel is not congested: it gets its time, too.
        case .idle: if unsent > 0 { expectProgress() } else { close() }
        case .linger: close()
        case .head: refuse(Refusal(408, "deadline.head", "the request's head did not come in time"))
        case .body: checkBody()
        case .progress: checkProgress()
        case .presence: checkPresence()
        }
        flush()
    }

    package func didCancelScheduledCallback(eventLoop: some EventLoop) {}

    /// How long after a client's last byte it is looked for, the first time.
    static var firstLook: TimeAmount { .milliseconds(50) }
    private static var longestLook: TimeAmount { .seconds(5) }

    /// How often a file that is moving is looked at: `sendfile` waits for ever at the end of one that has shrunk.
    private static var progressStep: TimeAmount { .seconds(1) }

    private func arm() {
        timer?.cancel()
        guard let context else { return }
        timerFires = due
        timer = try? context.eventLoop.assumeIsolated().scheduleCallback(at: due, handler: self)
    }

    private func checkBody() {
        guard let exchange else { return watch(.none) }
        // While it is we who hold the client back, it is not late.
        let isHeld = !exchange.hasEnded && !exchange.wantsBody
        guard isHeld || bodyBytes >= service.deadlines.bodyFloor else {
            return loseBody(Refusal(408, "deadline.body", "the request's body did not come in time"))
        }
        bodyBytes = 0
        watch(.body)
    }

    private func checkProgress() {
        if let (file, end) = movingFile, (file.size ?? 0) < end { return close() }
        let unsent = unsent
        guard unsent > 0 || isSending else { return afterProgress() }
        let left = handedOver &- unsent
        if left != leftBefore { stalledSince = loop.clock }
        leftBefore = left
        if let limit = service.deadlines.write, loop.clock - stalledSince >= limit { return close() }
        watch(.progress)
    }

    /// Nothing waits any more: back to what the phase awaits.
    private func afterProgress() {
        switch phase {
        case .head: watch(parser.hasBegun ? .head : .idle)
        case .body: watch(.body)
        case .lingering: watch(.linger)
        case .answering: watch(whileAnswering)
        case .closed: watch(.none)
        }
    }

    /// What is awaited of the client until it has its answer.
    var whileAnswering: Deadline { clientHasFinished ? .presence : .none }

    private func checkPresence() {
        guard peer.isHeld else { return close() }
        nextLook = min(nextLook * 2, Self.longestLook)
        watch(.presence)
    }

    private var unsent: Int {
        (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }
}
