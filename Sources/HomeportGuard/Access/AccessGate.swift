package import HomeportHTTP
package import HomeportNet
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Who is let through to a service: the rules, and what they need to be judged by.
package final class AccessGate: Sendable {
    let rules: AccessRules
    let passwords: PasswordCheck?
    let tokens: AccessTokens?
    private let groups = UserGroups()
    private let own = UInt32(geteuid())
    private let brake = FailureBrake()

    /// - Parameters:
    ///   - passwords: Of the users that rules may name.
    ///   - tokens: That rules may name.
    package init(_ rules: AccessRules, passwords: PasswordCheck? = nil, tokens: AccessTokens? = nil) {
        (self.rules, self.passwords, self.tokens) = (rules, passwords, tokens)
    }

    /// Puts it before a responder.
    package func guarding(_ next: any Responder) -> any Responder {
        rules.allowsAll ? next : GuardedResponder(self, next)
    }

    /// Of a connection whose requests nobody reads: only whose it is can be asked, and it must be allowed all that rules tell apart. On its
    /// loop, as soon as it has come.
    package func admission(of peer: Peer) -> Admission {
        var admitted: Who?
        for allowed in rules.rules.map(\.allow) + [rules.allow] where !allowed.contains(.anyone) {
            guard let who = shown(Evidence(owner: peer.owner), of: allowed) else {
                return .refused(Self.stranger(peer, allowed))
            }
            admitted = who
        }
        return admitted.map { .admitted($0.text) } ?? .open
    }

    func shown(_ evidence: Evidence, of allowed: [Who]) -> Who? {
        allowed.first(shownBy: evidence, own: own) { groups.has($0, in: $1) }
    }

    static func stranger(_ peer: Peer, _ allowed: [Who]) -> String {
        let owner =
            switch peer.owner {
            case .user(let uid): "the connection is of uid \(uid)"
            case .unknown(let doubt): "whose connection it is cannot be known: \(doubt.rawValue)"
            }
        return "\(owner), and allowed is \(allowed.text)"
    }

    func delay(for peer: Peer) -> TimeAmount { brake.delay(for: peer, now: .now()) }
}

/// Lets those requests through to another responder that the gate's rules allow.
private final class GuardedResponder: Responder {
    private let gate: AccessGate
    private let next: any Responder

    init(_ gate: AccessGate, _ next: any Responder) { (self.gate, self.next) = (gate, next) }

    func respond(to head: RequestHead, _ exchange: any Exchange) {
        let method = head.method == .other ? head.methodText : head.method.rawValue
        guard let allowed = gate.rules.who(may: method, { PathPattern.settled(head.text(head.path)) }) else {
            return exchange.refuse(
                Refusal(
                    403,
                    "access.path",
                    "services read this path in different ways, so that no rule can be held to it"
                )
            )
        }
        if allowed.contains(.anyone) { return next.respond(to: head, exchange) }
        var evidence = Evidence()
        if allowed.contains(where: \.isOfConnection) {
            evidence.owner = exchange.peer.owner
            if let who = gate.shown(evidence, of: allowed) { return admit(who, head, exchange) }
        }
        let credentials = Self.credentials(head)
        switch credentials {
        case .bearer(let token) where gate.tokens != nil && allowed.takesTokens:
            evidence.token = gate.tokens?.name(of: token)
            if let who = gate.shown(evidence, of: allowed) { return admit(who, head, exchange) }
        case .basic(let attempt) where allowed.takesPasswords:
            guard let check = gate.passwords else { break }
            return check.verdict(on: attempt, exchange.loop.loop) { [self] verdict in
                switch verdict {
                case .right:
                    evidence.user = attempt.user
                    if let who = gate.shown(evidence, of: allowed) { return admit(who, head, exchange) }
                    refuse(allowed, isWrong: false, exchange)
                case .wrong: refuse(allowed, isWrong: true, exchange)
                case .busy:
                    exchange.refuse(Refusal(429, "credentials.busy", "too many passwords are being checked; try again"))
                }
            }
        default: break
        }
        // A browser's preflight never carries credentials (Fetch standard), and OPTIONS tells no secret.
        if head.method == .options, allowed.takesTokens || allowed.takesPasswords {
            return next.respond(to: head, exchange)
        }
        if case .none = credentials {
            refuse(allowed, isWrong: false, exchange)
        } else {
            refuse(allowed, isWrong: true, exchange)
        }
    }

    private enum Credentials {
        case none
        case bearer(String)
        case basic(BasicAttempt)
        /// None that we know.
        case other
    }

    private static func credentials(_ head: RequestHead) -> Credentials {
        switch head.fields.count(.authorization) {
        case 0: return .none
        case 1: break
        // Two lines are two readers' two users.
        default: return .other
        }
        if let attempt = BasicAttempt(head) { return .basic(attempt) }
        let words = (head.fields.text(.authorization) ?? "").split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bearer", words[1].utf8.count <= 4096 else { return .other }
        return .bearer(String(words[1]))
    }

    private func admit(_ who: Who, _ head: RequestHead, _ exchange: any Exchange) {
        exchange.observer?.judged("allowed: \(who.text)")
        if who.isOfConnection { return next.respond(to: head, exchange) }
        // What was for us is not for the service.
        var head = head
        head.hidesAuthorization = true
        next.respond(to: head, exchange)
    }

    /// - Parameter isWrong: Whether something was shown that is none.
    private func refuse(_ allowed: [Who], isWrong: Bool, _ exchange: any Exchange) {
        let peer = exchange.peer
        let asks = allowed.takesTokens && gate.tokens != nil || allowed.takesPasswords && gate.passwords != nil
        let why = asks && !isWrong ? "no token and no password was shown" : AccessGate.stranger(peer, allowed)
        exchange.observer?.judged("refused: \(isWrong ? "what was shown is none of ours; " : "")\(why)")
        // Who has shown nothing yet is only told what to show.
        let delay = asks && !isWrong ? .zero : gate.delay(for: peer)
        guard delay > .zero else { return tell(allowed, asks: asks, why, exchange) }
        let bound = NIOLoopBound((self, exchange), eventLoop: exchange.loop.loop)
        exchange.loop.loop.scheduleTask(in: delay) {
            let (responder, exchange) = bound.value
            responder.tell(allowed, asks: asks, why, exchange)
        }
    }

    private func tell(_ allowed: [Who], asks: Bool, _ why: String, _ exchange: any Exchange) {
        guard asks else { return exchange.refuse(Refusal(403, "access.stranger", why)) }
        let refusal = Refusal(401, "access.credentials", Self.need(allowed))
        var (head, body) = ResponseHead.text(refusal)
        if allowed.takesPasswords { head.add("WWW-Authenticate", "Basic realm=\"Homeport\", charset=\"UTF-8\"") }
        if allowed.takesTokens { head.add("WWW-Authenticate", "Bearer realm=\"Homeport\"") }
        exchange.refuse(refusal, head, body)
    }

    private static func need(_ allowed: [Who]) -> String {
        switch (allowed.takesPasswords, allowed.takesTokens) {
        case (true, true): "a user and a password, or a token, are needed"
        case (false, true): "a token is needed"
        default: "a user and a password are needed"
        }
    }
}

extension [Who] {
    fileprivate var takesTokens: Bool { contains { if case .token = $0 { true } else { false } } }
    fileprivate var takesPasswords: Bool { contains { if case .user = $0 { true } else { false } } }
}
