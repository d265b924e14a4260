import HomeportCore
package import HomeportHTTP
package import HomeportNet
import NIOCore

/// Who is let through to a service: the rules, and what they need to be judged by.
package final class AccessGate: Sendable {
    let rules: AccessRules
    let passwords: PasswordCheck?
    let tokens: AccessTokens?
    let forwardAuth: ForwardAuth?
    private let surroundings: Surroundings
    private let own = UserNames.own
    /// What a service is not to see: what only the server that is asked says, and what was for us besides.
    fileprivate let notForService: (theirs: FieldEdits?, all: FieldEdits)
    /// Who may GET, where that is one answer for all paths.
    private let readers: Audience?
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
    ///   - forwardAuth: That rules may name.
    package init(
        _ rules: AccessRules,
        passwords: PasswordCheck? = nil,
        tokens: AccessTokens? = nil,
        forwardAuth: ForwardAuth? = nil,
        among surroundings: Surroundings = Surroundings()
    ) {
        (self.rules, self.passwords, self.tokens, self.surroundings) = (rules, passwords, tokens, surroundings)
        self.forwardAuth = forwardAuth
        readers = rules.looksAtPath(of: "GET") ? nil : rules.who(may: "GET", at: nil)
        let said = forwardAuth?.headers ?? []
        notForService = (
            theirs: said.isEmpty ? nil : FieldEdits(hiding: said), all: FieldEdits(hiding: said + ["Authorization"])
        )
        // Looked up here, not for each request: that may ask a directory server.
        let names = rules.audiences.flatMap(\.entries).compactMap {
            if case .group(let name) = $0 { name } else { nil }
        }
        groups = Dictionary(
            names.compactMap { name in (UInt32(name) ?? UserGroups.number(of: name)).map { (name, $0) } }
        ) { $1 }
    }

    /// Whether nobody is asked for anything.
    package var isOpen: Bool { rules.allowsAll }

    /// Puts it before a responder.
    package func guarding(_ next: any Responder) -> any Responder {
        isOpen && notForService.theirs == nil ? next : GuardedResponder(self, next)
    }

    /// Of a connection whose requests nobody reads: only whose it is can be asked, and it must be allowed all that rules tell apart. On its
    /// loop, as soon as it has come.
    package func admission(of peer: Peer) -> Admission {
        var admitted: Who?
        for allowed in rules.audiences where !allowed.hasAnyone {
            guard let who = shown(Evidence(owner: peer.owner), of: allowed) else {
                return .refused(Self.stranger(peer, allowed))
            }
            admitted = who
        }
        return admitted.map { .admitted($0.text) } ?? .open
    }

    /// - Returns: Nil where a rule looks at a path that cannot be told.
    func who(may head: RequestHead) -> Audience? {
        if let readers, head.method.isGetOrHead { return readers }
        let method = head.method == .other ? head.methodText : head.method.rawValue
        let path = rules.looksAtPath(of: method) ? PathPattern.settled(head.text(head.path)) : nil
        return rules.who(may: method, at: path)
    }

    func shown(_ evidence: Evidence, of allowed: Audience) -> Who? {
        allowed.first(shownBy: evidence, own: own) { uid, group in
            groups[group].map { surroundings.groups.has(uid, in: $0) } ?? false
        }
    }

    static func stranger(_ peer: Peer, _ allowed: Audience) -> String {
        let owner =
            switch peer.owner {
            case .user(let uid): "the connection is of uid \(uid)"
            case .unknown(let doubt): "whose connection it is cannot be known: \(doubt.rawValue)"
            }
        return "\(owner), and allowed is \(allowed.text)"
    }

    func delay(for peer: Peer) -> TimeAmount { surroundings.brake.delay(for: peer, now: .now()) }

    /// How long who has failed again and again waits before he is listened to once more.
    /// - Returns: Nil where too many of his wait already.
    func hold(for peer: Peer) -> TimeAmount? { surroundings.brake.hold(for: peer, now: .now()) }
}

/// Lets those requests through to another responder that the gate's rules allow.
private final class GuardedResponder: Responder {
    private let gate: AccessGate
    private let next: any Responder

    init(_ gate: AccessGate, _ next: any Responder) { (self.gate, self.next) = (gate, next) }

    func respond(to head: RequestHead, _ exchange: any Exchange) {
        guard let allowed = gate.who(may: head) else {
            return exchange.refuse(
                Refusal(
                    403,
                    "access.path",
                    "services read this path in different ways, so that no rule can be held to it"
                )
            )
        }
        let credentials = Self.credentials(head)
        // What is for us is not for the service, whether it was needed or not.
        if let edits = isOurs(credentials) ? gate.notForService.all : gate.notForService.theirs {
            respond(to: head.edited(edits), allowed, credentials, exchange)
        } else {
            respond(to: head, allowed, credentials, exchange)
        }
    }

    private func respond(
        to head: RequestHead,
        _ allowed: Audience,
        _ credentials: Credentials,
        _ exchange: any Exchange
    ) {
        if allowed.hasAnyone { return next.respond(to: head, exchange) }
        var evidence = Evidence()
        // A question whether somebody may come in comes by a connection of ours, and stands for him.
        if allowed.proofs.contains(.connection), !Via.isQuestion(head.fields) {
            evidence.owner = exchange.peer.owner
            if let who = gate.shown(evidence, of: allowed) { return admit(who, head, exchange) }
        }
        switch credentials {
        case .none where Self.isPreflight(head) && allowed.takesCredentials:
            next.respond(to: head, exchange)
        case .bearer(let token) where allowed.proofs.contains(.token):
            evidence.token = gate.tokens?.name(of: token)
            judge(evidence, allowed, head, exchange)
        case .basic(let attempt) where allowed.proofs.contains(.password):
            guard let check = gate.passwords else { return turnAway(evidence, allowed, hasShown: true, head, exchange) }
            // What was right once is right at once; who has guessed wrong again and again waits before the next guess is looked at.
            guard let hold = check.knows(attempt) ? TimeAmount.zero : gate.hold(for: exchange.peer) else {
                return exchange.refuse(
                    Refusal(429, "credentials.busy", "too many wrong passwords: wait before the next one")
                )
            }
            later(hold, exchange) { [self, evidence] exchange in
                // Who has gone meanwhile has nothing looked at.
                guard exchange.isOpen else { return }
                self.check(attempt, by: check, evidence, allowed, head, exchange)
            }
        case .none: turnAway(evidence, allowed, hasShown: false, head, exchange)
        case .bearer, .basic, .other: turnAway(evidence, allowed, hasShown: true, head, exchange)
        }
    }

    private func check(
        _ attempt: BasicAttempt,
        by check: PasswordCheck,
        _ evidence: Evidence,
        _ allowed: Audience,
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

    private func judge(_ evidence: Evidence, _ allowed: Audience, _ head: RequestHead, _ exchange: any Exchange) {
        if let who = gate.shown(evidence, of: allowed) { return admit(who, head, exchange) }
        turnAway(evidence, allowed, hasShown: true, head, exchange)
    }

    /// A browser asks so before it sends credentials (Fetch standard, "CORS-preflight request"), and can say nothing more with it.
    private static func isPreflight(_ head: RequestHead) -> Bool {
        head.method == .options && head.body == .none && head.fields.has(.origin)
            && !head.fields.has(.upgrade)
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
        head.fields.has(.authorization) ? shown(by: head) : .none
    }

    private static func shown(by head: RequestHead) -> Credentials {
        // Two lines are two readers' two users.
        guard head.fields.count(.authorization) == 1 else { return .other }
        if let attempt = BasicAttempt(head) { return .basic(attempt) }
        let words = (head.fields.text(.authorization) ?? "").split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bearer", words[1].utf8.count <= 4096 else { return .other }
        return .bearer(String(words[1]))
    }

    private func admit(_ who: Who, _ head: RequestHead, _ exchange: any Exchange) {
        exchange.observer?.judged("allowed: \(who.text)")
        next.respond(to: head, exchange)
    }

    /// Whom nothing here lets in: the server that is asked may, if there is one.
    /// - Parameter hasShown: Whether credentials came, whatever they are worth.
    private func turnAway(
        _ evidence: Evidence,
        _ allowed: Audience,
        hasShown: Bool,
        _ head: RequestHead,
        _ exchange: any Exchange
    ) {
        // A question that is asked about would never end, and one that can show nothing is not for the client to answer.
        let canShow = !allowed.proofs.contains(.forwardAuth) && !allowed.proofs.isDisjoint(with: [.token, .password])
        if Via.isQuestion(head.fields), !canShow {
            let refusal = Refusal(
                508,
                "access.loop",
                "what says who may come in stands behind a list of its own, \(allowed.text), which its question cannot meet; give it access: { allow: anyone }"
            )
            exchange.observer?.judged("refused: \(refusal.detail)")
            return exchange.refuse(refusal)
        }
        guard allowed.proofs.contains(.forwardAuth), let auth = gate.forwardAuth else {
            return refuse(evidence, allowed, hasShown: hasShown, exchange)
        }
        let withOurs = isOurs(Self.credentials(head))
        auth.ask(head, exchange, withAuthorization: !withOurs) { [self] verdict in
            switch verdict {
            case .admitted(let lines):
                var head = head
                head.edits = head.edits?.adding(lines)
                admit(.forwardAuth, head, exchange)
            case .answered(let answer, let page):
                let status = answer.status
                let why = "\(auth.address.text) answered \(status)"
                exchange.observer?.judged("refused: \(why)")
                let isFailure = hasShown && (status == 401 || status == 403)
                later(isFailure ? gate.delay(for: exchange.peer) : .zero, exchange) { exchange in
                    exchange.refuse(Refusal(status, "access.auth", why), answer, page)
                }
            case .failed(let refusal):
                exchange.observer?.judged("refused: \(refusal.detail)")
                exchange.refuse(refusal)
            }
        }
    }

    private func refuse(_ evidence: Evidence, _ allowed: Audience, hasShown: Bool, _ exchange: any Exchange) {
        let peer = exchange.peer
        let known = evidence.user.map { "user:\($0)" } ?? evidence.token.map { "token:\($0)" }
        // Who is known, and not allowed, has nothing better to show.
        let asks =
            known == nil
            && (allowed.proofs.contains(.token) || allowed.proofs.contains(.password) && gate.passwords != nil)
        let why =
            known.map { "\($0.harmless) was shown, and allowed is \(allowed.text)" }
            ?? (!asks
                ? AccessGate.stranger(peer, allowed)
                : hasShown ? "what was shown is none of ours" : "nothing was shown")
        exchange.observer?.judged("refused: \(why)")
        // Who has shown nothing yet is only told what to show.
        let delay = asks && !hasShown ? .zero : gate.delay(for: peer)
        later(delay, exchange) { [self] in tell(allowed, asks: asks, hasShown: hasShown, why, $0) }
    }

    private func later(_ delay: TimeAmount, _ exchange: any Exchange, _ answer: @escaping (any Exchange) -> Void) {
        guard delay > .zero else { return answer(exchange) }
        let bound = NIOLoopBound((exchange, answer), eventLoop: exchange.loop.loop)
        exchange.loop.loop.scheduleTask(in: delay) {
            let (exchange, answer) = bound.value
            answer(exchange)
        }
    }

    private func tell(
        _ allowed: Audience,
        asks: Bool,
        hasShown: Bool,
        _ why: String,
        _ exchange: any Exchange
    ) {
        guard asks else { return exchange.refuse(Refusal(403, "access.stranger", why)) }
        let need = Self.need(allowed)
        let refusal = Refusal(401, "access.credentials", hasShown ? "what was shown is not right: \(need)" : need)
        var (head, body) = ResponseHead.text(refusal)
        if allowed.proofs.contains(.password) {
            head.add("WWW-Authenticate", "Basic realm=\"Homeport\", charset=\"UTF-8\"")
        }
        if allowed.proofs.contains(.token) { head.add("WWW-Authenticate", "Bearer realm=\"Homeport\"") }
        exchange.refuse(refusal, head, body)
    }

    private static func need(_ allowed: Audience) -> String {
        switch (allowed.proofs.contains(.password), allowed.proofs.contains(.token)) {
        case (true, true): "a user and a password, or a token, are needed"
        case (false, true): "a token is needed"
        default: "a user and a password are needed"
        }
    }
}
