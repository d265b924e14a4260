import HomeportNet

/// One exchange while it is taken down, on its connection's loop. Used again for the next one, so that nothing is allocated for most; never
/// copied, which would cost as much as taking it down.
struct TapRecord: ~Copyable {
    var kind = TapKind.http
    var service = ""
    /// Whether that is a link's name.
    var isOfLink = false
    var client = Peer.unknown
    /// The client's.
    var process: RunningProcess?
    var upstream: Peer?
    var isReused = false
    /// Monotonic, nanoseconds; 0 for what has not happened.
    var (began, asked, dialled, connected, answered, headed, ended):
        (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) =
            (0, 0, 0, 0, 0, 0, 0)
    /// One behind the other: the request's as it came, and as it was sent on; the answer's as it came, and as it was sent back.
    var heads: [UInt8] = []
    var requestHead = 0
    var sentHead = 0
    var receivedHead = 0
    var method = 0..<0
    var target = 0..<0
    var authority = 0..<0
    var path = 0..<0
    var request = KeptBody()
    var response = KeptBody()
    var status = 0
    var refusal = ""
    var error = ""
    /// Whom access has let in, or why not.
    var verdict = ""
    var isComplete = false
    var conditions = ConditionHits()

    mutating func reset() {
        (kind, isOfLink) = (.http, false)
        (service, refusal, error, verdict) = ("", "", "", "")
        conditions.removeAll()
        (upstream, process) = (nil, nil)
        isReused = false
        (began, asked, dialled, connected, answered, headed, ended) = (0, 0, 0, 0, 0, 0, 0)
        heads.removeAll(keepingCapacity: heads.capacity <= KeptBody.mostIdle)
        (requestHead, sentHead, receivedHead) = (0, 0, 0)
        (method, target, authority, path) = (0..<0, 0..<0, 0..<0, 0..<0)
        request.reset()
        response.reset()
        (status, isComplete) = (0, false)
    }
}

/// What was taken down.
package enum TapKind: UInt8, Sendable, CaseIterable {
    /// A request and its answer.
    case http = 0
    /// A connection through a link that speaks something else.
    case tcp = 1
    /// The datagrams between a client and a link.
    case udp = 2
    /// A request by which a connection became a WebSocket.
    case webSocket = 3
    /// A request whose answer is a stream of server-sent events.
    case events = 4
    /// A request by which a connection became something else: CONNECT, or another upgrade.
    case tunnel = 5

    /// Whether its bodies are those of messages, rather than a stream behind their heads.
    var isHTTP: Bool { self == .http || self == .events }

    /// As filters and lists have it.
    package var word: String { self == .webSocket ? "websocket" : "\(self)" }
}
