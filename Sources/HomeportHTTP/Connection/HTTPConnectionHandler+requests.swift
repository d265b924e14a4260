import NIOCore

/// From the bytes at hand to the responder, one request at a time, and what may follow an answer.
extension HTTPConnectionHandler {
    /// Goes as far as the bytes at hand, and the answers given, allow; what was answered on the way leaves together.
    func process() {
        guard !isProcessing else { return }
        isProcessing = true
        var goesOn = true
        while goesOn {
            switch phase {
            case .head: goesOn = takeHead()
            case .body(let decoder): goesOn = takeBody(decoder)
            case .answering: goesOn = tellEnd()
            case .lingering, .closed: goesOn = false
            }
        }
        isProcessing = false
        resumeReading()
        flush()
    }

    private func takeHead() -> Bool {
        if output.readableBytes > Self.fullOutput {
            writeOutput()
            guard case .head = phase else { return false }
        }
        guard pending.readableBytes > 0 else {
            expect(.idle)
            return false
        }
        guard !isCongested else { return false }
        let hadBegun = parser.hasBegun
        if !hadBegun { head.reset() }
        switch parser.parse(pending.readableBytesUInt8Span, into: &head) {
        case .incomplete:
            if clientHasFinished { lastAnswerIsOut() } else if !hadBegun { expect(.head) }
            return false
        case .refused(let refusal):
            refuse(refusal)
            return false
        case .complete(let length):
            let bytes = pending.readSlice(length: length) ?? ByteBuffer()
            letGoOfPending()
            parser.reset()
            if let refusal = head.settleFraming(in: bytes) {
                refuse(refusal)
                return false
            }
            if let elsewhere = service.elsewhere?(head, loop, transfers) {
                leave(with: bytes, elsewhere)
                return false
            }
            begin()
            return true
        }
    }

    private func begin() {
        transfers = 0
        let head = head
        var exchange = spare ?? ServerExchange(loop: loop)
        spare = nil
        exchange.begin(head, on: self, observer: service.observer?.began(head, peer, on: loop))
        self.exchange = exchange
        phase = head.body == .none ? .answering : .body(BodyDecoder(head.body, limits: service.limits))
        (bodyBytes, drainBudget, owesDrained) = (0, service.limits.drain, false)
        expect(head.body == .none ? whileAnswering : .body)
        if let refusal = service.policy?.refuse(head, from: peer) {
            exchange.refuse(refusal)
        } else {
            service.responder.respond(to: head, exchange)
        }
        if self.exchange !== exchange, isKnownUniquelyReferenced(&exchange) { spare = exchange }
    }

    private func takeBody(_ decoder: BodyDecoder) -> Bool {
        guard let exchange else { return false }
        let drains = exchange.hasEnded
        guard drains || exchange.wantsBody else { return false }
        if exchange.owesContinue {
            exchange.continueWasSent()
            output.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
        }
        var decoder = decoder
        var offset = 0
        let event = decoder.next(in: pending.readableBytesUInt8Span, from: &offset)
        phase = .body(decoder)
        let bytes = pending.readSlice(length: offset)
        letGoOfPending()
        switch event {
        case .needMore:
            if clientHasFinished { loseBody(.malformed("framing.body", "the body ended early")) }
            return false
        case .data(let range):
            bodyBytes += range.count
            if drains {
                drainBudget -= range.count
                if drainBudget < 0 { loseBody(nil) }
            } else if let piece = bytes?.getSlice(at: range.lowerBound, length: range.count) {
                exchange.bodyCame(piece)
            }
            return true
        case .refused(let refusal):
            loseBody(refusal)
            return true
        case .end:
            phase = .answering
            expect(whileAnswering)
            if !drains { exchange.bodyIsWhole(trailer: decoder.trailer) } else if !isSending { nextRequest() }
            return true
        }
    }

    /// A request without a body has an end, too: whoever asks for its body is told.
    private func tellEnd() -> Bool {
        guard let exchange, exchange.owesEnd else { return false }
        exchange.bodyIsWhole(trailer: nil)
        return true
    }

    /// The rest of the body will not come, or not be read: nobody knows where the next request starts, so that the
    /// present answer is the last. An answer that is complete is not lost for it.
    func loseBody(_ refusal: Refusal?) {
        guard let exchange else { return }
        endsAfterAnswer = true
        phase = .answering
        pending = ByteBuffer()
        expect(whileAnswering)
        exchange.bodyFailed()
        guard exchange === self.exchange else { return }
        if !exchange.isBegun, let refusal {
            refuse(refusal)
        } else if !exchange.hasEnded {
            close()
        } else if !isSending {
            lastAnswerIsOut()
        }
    }

    /// The exchange's answer is complete, and has left our hands.
    func answered(_ exchange: ServerExchange, closes: Bool) {
        guard exchange === self.exchange else { return }
        if closes || endsAfterAnswer {
            lastAnswerIsOut()
        } else if case .body = phase {
            // The rest of the body is read and thrown away, within reason, so that the connection can go on.
            process()
        } else {
            nextRequest()
        }
        flush()
    }

    private func nextRequest() {
        guard let exchange else { return }
        self.exchange = nil
        head.fields.bytes = ByteBuffer()
        phase = .head
        exchange.finish(complete: true)
        if isQuiescing || (clientHasFinished && pending.readableBytes == 0) {
            lastAnswerIsOut()
        } else {
            process()
        }
    }

    private func letGoOfPending() {
        if pending.readableBytes == 0 { pending = ByteBuffer() }
    }

    /// Whether an answer that begins now can leave the connection usable.
    func mustClose(after exchange: ServerExchange) -> Bool {
        if isQuiescing || endsAfterAnswer || !exchange.keepsAlive { return true }
        guard case .body(let decoder) = phase else { return false }
        // A client that waits for 100 may send its body or not; nobody can tell what its next bytes are.
        if exchange.expectsContinue { return true }
        if case .length(let remaining) = decoder { return remaining > Int64(service.limits.drain) }
        return false
    }

    /// Answers what could not be understood, and ends the connection, since nobody knows where the next request starts.
    func refuse(_ refusal: Refusal) {
        if let exchange { return exchange.refuse(refusal, closes: true) }
        service.observer?.refused(refusal, peer, on: loop)
        let (head, body) = ResponseHead.text(refusal)
        writeHead(head, closes: true, keepAliveIsNews: false, chunked: false)
        if self.head.method != .head { output.writeImmutableBuffer(body) }
        lastAnswerIsOut()
    }

    func clientFinished() {
        switch phase {
        case .head: if pending.readableBytes == 0 || parser.hasBegun { lastAnswerIsOut() } else { process() }
        case .body: process()
        case .lingering: if isHalfClosed { close() }
        case .answering: expect(whileAnswering)
        case .closed: break
        }
    }
}
