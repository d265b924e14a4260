import HomeportCore
import HomeportHTTP
package import HomeportNet
import NIOCore
import Synchronization

/// Asks a server whether requests may come in: the contract of Traefik's ForwardAuth.
package final class ForwardAuth: Sendable {
    /// What it has said.
    enum Verdict {
        /// With lines that the service is to be handed.
        case admitted(ByteBuffer)
        /// An answer of its own, for the client.
        case answered(ResponseHead, ByteBuffer)
        /// It could not be asked, or said nothing that could be understood: nobody gets in.
        case failed(Refusal)
    }

    let address: ForwardAuthPlan.Address
    let timeout: TimeAmount
    /// Fields of its answers that the service is handed, and that nobody else may say.
    let headers: [String]
    private let replaced: FieldEdits
    private let dialer: any Dialer
    /// Of each loop; they never leave it.
    private let pools = Mutex<[ObjectIdentifier: NIOLoopBound<Asking>]>([:])

    /// - Parameter dialer: Leads to the server.
    package init(_ address: ForwardAuthPlan.Address, _ plan: ForwardAuthPlan, _ dialer: any Dialer) {
        (self.address, headers, self.dialer) = (address, plan.headers, dialer)
        timeout = .nanoseconds(plan.timeout.wholeNanoseconds)
        // By these it is to find out who asks.
        let credentials = ["authorization", "cookie"]
        let others = headers.filter { !credentials.contains($0.lowercased()) }
        replaced = FieldEdits(hiding: Self.said + others)
    }

    /// What one loop asks.
    final class Asking {
        let pool: ClientPool
        /// Questions that wait for an answer.
        var waiting = 0

        init(_ pool: ClientPool) { self.pool = pool }

        static let most = 512
    }

    /// - Parameters:
    ///   - withAuthorization: Whether the request's is not ours.
    ///   - then: Called once, on the exchange's loop; never if the client goes before.
    func ask(_ head: RequestHead, _ exchange: any Exchange, withAuthorization: Bool, then: @escaping (Verdict) -> Void)
    {
        let asking = asking(on: exchange.loop.loop)
        guard asking.waiting < Asking.most else {
            return then(
                .failed(Refusal(503, "access.busy", "too many wait for \(address.text) to say who may come in"))
            )
        }
        let question = question(head, from: exchange.peer, withAuthorization: withAuthorization)
        AuthQuestion(self, asking, question, exchange, then).begin()
    }

    private func asking(on loop: any EventLoop) -> Asking {
        pools.withLock { pools in
            let key = ObjectIdentifier(loop)
            let known = pools[key] ?? NIOLoopBound(Asking(ClientPool(dialer, on: loop)), eventLoop: loop)
            pools[key] = known
            return known.value
        }
    }

    // MARK: What is asked, and what is made of the answer

    /// What the question does not carry on: the message's own, and what would make its answer depend on anything but who asks.
    private static let left: FieldNames = [
        .contentLength, .expect, .forwarded, .host, .ifMatch, .ifModifiedSince, .ifNoneMatch, .ifRange,
        .ifUnmodifiedSince,
        .maxForwards, .range, .trailer, .via, .xForwardedFor, .xForwardedHost, .xForwardedProto,
    ]
    /// By these, servers that are asked find out what was asked for and by whom: nobody else may say it.
    private static let said = [
        "X-Forwarded-*", "X-Original-*", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP",
        "X-Cluster-Client-IP",
        "X-Rewrite-URL", "X-Auth-Request-Redirect",
    ]

    /// A GET with the request's fields, and what it asked for.
    /// - Parameter withAuthorization: Whether the request's is not ours.
    func question(_ head: RequestHead, from peer: Peer, withAuthorization: Bool) -> ByteBuffer {
        let fields = head.fields
        let hops = HopByHop(fields)
        var bytes = ByteBufferAllocator().buffer(capacity: fields.bytes.readableBytes + 384)
        bytes.writeString("GET \(address.target) HTTP/1.1\r\nHost: \(address.authority)\r\n")
        fields.copy(into: &bytes) {
            !Self.left.contains($0.name) && (withAuthorization || $0.name != .authorization)
                && hops.keeps($0, of: fields) && !replaced.hides($0, of: fields)
        }
        let path = head.form == .origin ? head.target : head.path.lowerBound..<head.target.upperBound
        // As it came, byte for byte: what the server judges is what the service gets.
        func say(_ start: StaticString, _ range: Range<Int>) {
            bytes.writeStaticString(start)
            head.with(range) { for index in $0.indices { bytes.writeInteger($0[index]) } }
            bytes.writeStaticString("\r\n")
        }
        let isRooted = head.with(path) { !$0.isEmpty && $0[0] == UInt8(ascii: "/") }
        say("X-Forwarded-Method: ", head.methodRange)
        say("X-Forwarded-Host: ", head.authority)
        say(isRooted ? "X-Forwarded-Uri: " : "X-Forwarded-Uri: /", path)
        bytes.writeString("X-Forwarded-Proto: http\r\nX-Forwarded-For: \(peer.host)\r\n")
        bytes.writeString("Via: 1.1 \(Via.asking)\r\n\r\n")
        return bytes
    }

    func verdict(_ answer: ReceivedHead, _ body: ByteBuffer) -> Verdict {
        guard (200..<300).contains(answer.status) else {
            return .answered(ForwardedAnswer.head(answer, edits: location(in: answer)), body)
        }
        var lines = ByteBuffer()
        answer.fields.copy(into: &lines) { line in headers.contains { answer.fields.isNamed(line, $0) } }
        return .admitted(lines)
    }

    /// Where a login page is said to be on the server itself, a browser is to look for it there.
    private func location(in answer: ReceivedHead) -> FieldEdits? {
        guard case .endpoint = address.place,
            let line = answer.fields.lines.first(where: { answer.fields.isNamed($0, "location") })
        else { return nil }
        let place = answer.fields.text(line.valueRange)
        guard place.hasPrefix("/"), !place.hasPrefix("//") else { return nil }
        let absolute = "Location: http://\(address.authority)\(place)\r\n"
        return FieldEdits(hiding: ["Location"], adding: ByteBuffer(string: absolute))
    }
}
