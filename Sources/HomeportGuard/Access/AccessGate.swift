import HomeportCore
package import HomeportHTTP
package import HomeportNet
import NIOCore

/// Who is let through to a service: the rules, and what they need to be judged by.
package final class AccessGate: Sendable {
    let rules: AccessRules
    let passwords: PasswordCheck?
    let tokens: AccessTokens?
    private let surroundings: Surroundings
    private let own = UserNames.own
    /// Those that rules name.
    private let groups: [String: UInt32]

    /// What all gates of a project have together.
    package final class Surroundings: Sendable {
        let groups = UserGroups()
        let brake = FailureBrake()

        package init() {}
    }

    /// - Parameters:
    ///   - passwords: Of the users that rules may name.
    ///   - tokens: That rules may name.
    package init(
        _ rules: AccessRules,
        passwords: PasswordCheck? = nil,
        tokens: AccessTokens? = nil,
        among surroundings: Surroundings = Surroundings()
    ) {
        (self.rules, self.passwords, self.tokens, self.surroundings) = (rules, passwords, tokens, surroundings)
        // Looked up here, not for each request: that may ask a directory server.
        let names = (rules.rules.flatMap(\.allow) + rules.allow).compactMap {
            if case .group(let name) = $0 { name } else { nil }
        }
        groups = Dictionary(
            names.compactMap { name in (UInt32(name) ?? UserGroups.number(of: name)).map { (name, $0) } }
        ) { $1 }
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
        allowed.first(shownBy: evidence, own: own) { uid, group in
            groups[group].map { surroundings.groups.has(uid, in: $0) } ?? false
        }
    }

    static func stranger(_ peer: Peer, _ allowed: [Who]) -> String {
        let owner =
            switch peer.owner {
            case .user(let uid): "the connection is of uid \(uid)"
            case .unknown(let doubt): "whose connection it is cannot be known: \(doubt.rawValue)"
            }
        return "\(owner), and allowed is \(allowed.text)"
    }

    func delay(for peer: Peer) -> TimeAmount { surroundings.brake.delay(for: peer, now: .now()) }

    /// How long who has failed again and again waits before he is listened to once more.
    func hold(for peer: Peer) -> TimeAmount { surroundings.brake.hold(for: peer, now: .now()) }
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
        let credentials = Self.credentials(head)
        var head = head
        // What is for us is not for the service, whether it was needed or not.
        head.hidesAuthorization = isOurs(credentials)
        if allowed.contains(.anyone) { return next.respond(to: head, exchange) }
        var evidence = Evidence()
        if allowed.contains(where: \.isOfConnection) {
            evidence.owner = exchange.peer.owner
            if let who = gate.shown(evidence, of: allowed) { return admit(who, head, exchange) }
        }
        switch credentials {
        case .none where Self.isPreflight(head) && (allowed.takesTokens || allowed.takesPasswords):
            next.respond(to: head, exchange)
        case .bearer(let token) where allowed.takesTokens:
            evidence.token = gate.tokens?.name(of: token)
            judge(evidence, allowed, head, exchange)
        case .basic(let attempt) where allowed.takesPasswords:
            guard let check = gate.passwords else { return refuse(evidence, allowed, hasShown: true, exchange) }
            // What was right once is right at once; who has guessed wrong again and again waits before the next guess is looked at.
            let hold = check.knows(attempt) ? TimeAmount.zero : gate.hold(for: exchange.peer)
            guard hold > .zero else { return self.check(attempt, by: check, evidence, allowed, head, exchange) }
            let bound = NIOLoopBound((self, exchange, head), eventLoop: exchange.loop.loop)
            exchange.loop.loop.scheduleTask(in: hold) { [evidence] in
                let (responder, exchange, head) = bound.value
                // Who has gone meanwhile has nothing looked at.
                guard exchange.isOpen else { return }
                responder.check(attempt, by: check, evidence, allowed, head, exchange)
            }
        case .none: refuse(evidence, allowed, hasShown: false, exchange)
        case .bearer, .basic, .other: refuse(evidence, allowed, hasShown: true, exchange)
        }
    }

    private func check(
        _ attempt: BasicAttempt,
        by check: PasswordCheck,
        _ evidence: Evidence,
        _ allowed: [Who],
        _ head: RequestHead,
        _ exchange: any Exchange
    ) {
        check.verdict(on: attempt, exchange.loop.loop) { [self] verdict in
            var evidence = evidence
            switch verdict {
            case .right: evidence.user = attempt.user
            case .wrong: break
            case .busy:
                return exchange.refuse(
                    Refusal(429, "credentials.busy", "too many passwords are being checked; try again")
                )
            }
            judge(evidence, allowed, head, exchange)
        }
    }

    private func judge(_ evidence: Evidence, _ allowed: [Who], _ head: RequestHead, _ exchange: any Exchange) {
        if let who = gate.shown(evidence, of: allowed) { return admit(who, head, exchange) }
        refuse(evidence, allowed, hasShown: true, exchange)
    }

    /// A browser asks so before it sends credentials (Fetch standard, "CORS-preflight request"), and can say nothing more with it.
    private static func isPreflight(_ head: RequestHead) -> Bool {
        head.method == .options && head.body == .none && head.fields.hasAny(of: [.origin])
            && head.fields.lines.contains { head.fields.isNamed($0, "access-control-request-method") }
    }

    private func isOurs(_ credentials: Credentials) -> Bool {
        switch credentials {
        case .none, .other: false
        case .bearer(let token): token.hasPrefix(AccessTokens.start)
        case .basic(let attempt): gate.passwords?.hasUser(attempt.user) ?? false
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
        next.respond(to: head, exchange)
    }

    /// - Parameter hasShown: Whether credentials came, whatever they are worth.
    private func refuse(_ evidence: Evidence, _ allowed: [Who], hasShown: Bool, _ exchange: any Exchange) {
        let peer = exchange.peer
        let known = evidence.user.map { "user:\($0)" } ?? evidence.token.map { "token:\($0)" }
        // Who is known, and not allowed, has nothing better to show.
        let asks = known == nil && (allowed.takesTokens || allowed.takesPasswords && gate.passwords != nil)
        let why =
            known.map { "\($0.harmless) was shown, and allowed is \(allowed.text)" }
            ?? (!asks
                ? AccessGate.stranger(peer, allowed)
                : hasShown ? "what was shown is none of ours" : "nothing was shown")
        exchange.observer?.judged("refused: \(why)")
        // Who has shown nothing yet is only told what to show.
        let delay = asks && !hasShown ? .zero : gate.delay(for: peer)
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
