import HomeportHTTP
import HomeportNet
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// One exchange while it lasts. Belongs to its connection's loop.
///
/// `@exclusivity(unchecked)`: what only one thread touches, in methods that nobody calls from within another, needs no check at run time
/// each time; on this way, these took as long as what they guard.
final class TappedExchange: ExchangeObserver {
    @exclusivity(unchecked) private var record = TapRecord()
    private unowned let all: TappedExchanges
    /// Tells what conditions have done to it.
    @exclusivity(unchecked) private var source: (any ConditionSource)?
    /// Where it stands among those that go on.
    @exclusivity(unchecked) var index = 0
    /// Under which it can be seen already.
    @exclusivity(unchecked) private var id: UInt64?
    /// The record's own, to be read while that is being changed.
    @exclusivity(unchecked) private var began: UInt64 = 0
    @exclusivity(unchecked) private var shown: UInt64 = 0
    /// Whether more is known than can be seen.
    @exclusivity(unchecked) private var hasNews = true

    init(_ all: TappedExchanges) { self.all = all }

    func begin(_ head: RequestHead, _ peer: Peer) {
        begin(.http, peer, at: Self.now)
        record.began(head)
    }

    func begin(_ kind: TapKind, _ peer: Peer, at time: UInt64) {
        (began, shown) = (time, time)
        hasNews = true
        record.begin(kind, peer, at: time)
        guard kind != .http else { return }
        for side in TapSide.allCases { frame(side, by: .pieces) }
    }

    private func frame(_ side: TapSide, by framer: MessageFramer) {
        switch side {
        case .request: record.request.frame(by: framer, isHashed: false)
        case .response: record.response.frame(by: framer, isHashed: record.kind == .events)
        }
    }

    /// From now on, it asks there what conditions do to it.
    func isHit(by source: (any ConditionSource)?) {
        guard let source else { return }
        // What they have done before was done to others.
        var others = ConditionHits()
        source.takeHits(into: &others)
        self.source = source
    }

    func takeHits() {
        guard let source else { return }
        source.takeHits(into: &record.conditions)
        if let upstream = source.upstream { record.upstream = upstream }
    }

    private var age: Int64 { Int64(Self.now - began) }

    private static var now: UInt64 { NIODeadline.now().uptimeNanoseconds }

    func goes(to service: String) { record.service = service }

    func judged(_ verdict: String) { record.verdict = verdict }

    func goes(through link: String) { (record.service, record.isOfLink) = (link, true) }

    func asked(_ body: ByteBuffer) {
        let before = record.request.kept
        record.request.append(body, at: age, room: all.room)
        all.held += record.request.kept - before
        hasNews = true
    }

    func askedAll() {
        record.asked = Self.now
        hasNews = true
    }

    func upstream(_ event: UpstreamEvent) {
        hasNews = true
        switch event {
        case .dials: record.dialled = Self.now
        case .connected(let peer, let isReused, let source):
            record.connected(peer, isReused: isReused, at: Self.now)
            isHit(by: source)
        case .asks(let head): record.asks(head)
        case .answers(let head): record.answers(head, at: Self.now)
        case .answered: leaveSource()
        case .failed(let failure):
            record.error = failure.text
            takeHits()
        }
    }

    func answers(_ status: Int, _ head: Span<UInt8>) {
        record.answers(status, head, at: Self.now)
        hasNews = true
        if status == 200, head.namesEventStream {
            record.kind = .events
            frame(.response, by: .events(EventFramer()))
        }
    }

    func switched(status: Int) {
        let isWebSocket = status == 101 && record.asksForWebSocket
        record.kind = isWebSocket ? .webSocket : .tunnel
        for side in TapSide.allCases {
            frame(side, by: isWebSocket ? .webSocket(WebSocketFramer()) : .pieces)
        }
        hasNews = true
    }

    /// The connection is another request's.
    private func leaveSource() {
        takeHits()
        source = nil
    }

    func answered(_ body: ByteBuffer) {
        let before = record.response.kept
        record.response.append(body, at: age, room: all.room)
        all.held += record.response.kept - before
        hasNews = true
    }

    func answered(_ file: OpenFile, _ range: Range<Int64>) {
        // The kernel sends it unseen; of its beginning, a look is cheap.
        let before = record.response.kept
        var seen = ByteBuffer()
        if record.response.length == 0, range.count > 0 {
            let first = range.lowerBound..<min(range.upperBound, range.lowerBound + KeptBody.mostOfFile)
            if file.read(first, into: &seen) { record.response.append(seen, at: age) }
        }
        let unseen = range.count - seen.readableBytes
        if unseen > 0 { record.response.passed(unseen) }
        all.held += record.response.kept - before
        hasNews = true
    }

    func ended(status: Int, bytes: Int64, complete: Bool, refusal: Refusal.StaticCode?) {
        record.ended(status: status, complete: complete, refusal: refusal, at: Self.now)
        leaveSource()
        if !waitForProcess() { leave() }
    }

    /// It was no request that anybody could answer.
    func refused(_ refusal: Refusal) {
        record.error = refusal.detail
        ended(status: refusal.status, bytes: 0, complete: true, refusal: refusal.code)
    }

    /// It can be seen at once; it is taken down for good when it is known whose request it was.
    private func waitForProcess() -> Bool {
        guard all.waiting < TappedExchanges.mostWaiting, record.client.process.isSought else { return false }
        let bound = NIOLoopBound(self, eventLoop: all.loop)
        guard record.client.process.whenFound({ bound.eventLoop.execute { bound.value.processFound() } }) else {
            return false
        }
        all.waiting += 1
        hasNews = false
        id = all.store.show(record, as: id, isLive: false)
        return true
    }

    private func processFound() {
        all.waiting -= 1
        leave()
    }

    private func leave() {
        record.process = record.client.process.known
        all.store.add(record, as: id)
        all.held -= record.request.kept + record.response.kept
        id = nil
        record.reset()
        all.end(self)
    }

    /// What is known by now, of one that has lasted for a while.
    func show(at now: UInt64) {
        // What is large is copied less often.
        let turns = UInt64(max(1, (record.request.kept + record.response.kept) >> 16))
        guard hasNews, now > shown, now - shown >= turns * TappedExchanges.interval else { return }
        (shown, hasNews) = (now, false)
        takeHits()
        record.process = record.client.process.known
        record.request.settle()
        record.response.settle()
        id = all.store.show(record, as: id)
    }
}

extension TapRecord {
    /// Whether the request's head says `Upgrade: websocket`.
    fileprivate var asksForWebSocket: Bool {
        TapFields(Array(heads.prefix(requestHead))).values(of: "upgrade").contains { $0.lowercased() == "websocket" }
    }
}

extension Span<UInt8> {
    /// Whether `text/event-stream` stands in it. Asked of every answer's head: slashes are few.
    fileprivate var namesEventStream: Bool {
        withUnsafeBytes { head in
            guard let base = head.baseAddress else { return false }
            var start = 0
            while start < head.count, let slash = memchr(base + start, CInt(UInt8(ascii: "/")), head.count - start) {
                let place = slash - UnsafeMutableRawPointer(mutating: base)
                let isIt = place >= 4 && place + 13 <= head.count
                if isIt, memcmp(base + place - 4, "text/event-stream", 17) == 0 { return true }
                start = place + 1
            }
            return false
        }
    }
}
