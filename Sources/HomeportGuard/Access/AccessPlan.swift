package import HomeportCore

/// What a plan says of who may come in: for all services, or for one.
package struct AccessPlan: Sendable, Equatable {
    /// Nil where nothing is said.
    package var allow: Audience?
    /// An htpasswd file, as the plan has it.
    package var users: String?
    package var forwardAuth: ForwardAuthPlan?
    package var rules: [AccessRules.Rule]?
    /// Names beyond `localhost` that may be asked for.
    package var hosts: [HostPattern] = []
    /// Pages of these may change something, and open WebSockets.
    package var origins: [WebOrigin] = []

    package init() {}

    /// What a service says goes before what is said for all.
    package func completed(from general: AccessPlan) -> AccessPlan {
        var plan = self
        // Who gives a list of its own does not want the rules of another.
        if allow == nil, rules == nil { plan.rules = general.rules }
        plan.allow = allow ?? (users == nil && forwardAuth == nil ? general.allow : nil)
        plan.users = users ?? general.users
        plan.forwardAuth = forwardAuth ?? general.forwardAuth
        return plan
    }

    /// Whoever has a password or whom the server lets in that is asked, where there are such and nobody says more; else anyone.
    package var accessRules: AccessRules {
        var all = AccessRules()
        all.rules = rules ?? []
        let named = (users == nil ? [] : [Who.user(nil)]) + (forwardAuth == nil ? [] : [Who.forwardAuth])
        all.allow = allow ?? (named.isEmpty ? [.anyone] : Audience(named))
        return all
    }

    /// All that may be let in by some rule.
    package var named: [Who] { (allow?.entries ?? []) + (rules ?? []).flatMap(\.allow.entries) }

    /// For one service.
    package static let serviceSection = PlanSection<AccessPlan>(keys: keys)

    /// For all of them.
    package static let section = PlanSection<AccessPlan>(
        keys: keys + [
            PlanKey(
                "hosts",
                PlanWord.oneOrMore(PlanWord { (text) throws(HomeportError) in try HostPattern(parsing: text) }),
                to: \.hosts,
                example: "[ build.lan, '*.example.test' ]",
                "Names that may be asked for, beside localhost and those below it."
            ),
            PlanKey(
                "origins",
                PlanWord.oneOrMore(PlanWord { (text) throws(HomeportError) in try WebOrigin(parsing: text) }),
                to: \.origins,
                example: "[ site, 'http://localhost:5173' ]",
                "Whose pages may change something here and open WebSockets, beside those of the name that is asked: services, or origins as browsers send them."
            ),
        ]
    )

    private static let keys = [
        PlanKey<AccessPlan>(
            "allow",
            .optionalWho,
            to: \.allow,
            example: "[ me, \"token:*\" ]",
            "Who may come in: me, anyone, uid:1000, group:dev, user:ada of the users file, token:ci, forward_auth; [] is nobody."
        ),
        PlanKey<AccessPlan>(
            "users",
            PlanWord { (text) throws(HomeportError) in text },
            to: \.users,
            example: "./users.htpasswd",
            "A file with users and the hashes of their passwords, as htpasswd writes it."
        ),
        PlanKey(
            "forward_auth",
            ForwardAuthPlan.word,
            to: \.forwardAuth,
            example: "http://127.0.0.1:4180/oauth2/auth",
            "A server that is asked whether a request may come in (ForwardAuth): its address, or address, headers, timeout and remote."
        ),
        PlanKey<AccessPlan>(
            "rules",
            .accessRules,
            to: \.rules,
            example: "[ { paths: /admin, allow: \"user:ada\" } ]",
            "Who may do what: the first one that fits a request says who; where none does, allow does."
        ),
    ]
}

extension AccessRules.Rule {
    fileprivate static let section = PlanSection<AccessRules.Rule>(keys: [
        PlanKey(
            "methods",
            PlanWord.oneOrMore(PlanWord(parsing: method)),
            to: \.methods,
            example: "[ POST, PUT ]",
            "Which methods it is for; all where they are not given."
        ),
        PlanKey(
            "paths",
            PlanWord.oneOrMore(PlanWord { (text) throws(HomeportError) in try PathPattern(parsing: text) }),
            to: \.paths,
            example: "/admin",
            "Which paths it is for, with all below them; all where they are not given."
        ),
        PlanKey("allow", .who, to: \.allow, required: true, example: "me", "Who may do that; [] is nobody."),
    ])

    private static func method(_ text: String) throws(HomeportError) -> String {
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x41 && $0 <= 0x5A || $0 == 0x2D }) else {
            throw HomeportError(.badValue, "\"\(text.harmless)\" is no method", fix: "write it in capitals, as in POST")
        }
        return text
    }
}

private let oneOrMoreWho = PlanWord.oneOrMore(PlanWord<Who> { (text) throws(HomeportError) in try Who(parsing: text) })

extension PlanWord where Value == Audience {
    static let who = PlanWord(schema: oneOrMoreWho.schema) { oneOrMoreWho.read($0, &$1).map { Audience($0) } }
}

extension PlanWord where Value == Audience? {
    static let optionalWho = PlanWord(schema: PlanWord<Audience>.who.schema) { PlanWord<Audience>.who.read($0, &$1) }
}

extension PlanWord where Value == String? {
    init(_ parse: @escaping @Sendable (String) throws(HomeportError) -> String) {
        let word = PlanWord<String>(parsing: parse)
        self.init(schema: word.schema) { word.read($0, &$1) }
    }
}

extension PlanWord where Value == [AccessRules.Rule]? {
    static let accessRules = PlanWord(
        schema: ["type": "array", "items": AccessRules.Rule.section.schema]
    ) { node, problems in
        var rules: [AccessRules.Rule] = []
        do throws(HomeportError) {
            for item in try node.list() {
                var rule = AccessRules.Rule()
                AccessRules.Rule.section.read(item, into: &rule, problems: &problems)
                rules.append(rule)
            }
        } catch { problems.append(error) }
        return rules
    }
}
