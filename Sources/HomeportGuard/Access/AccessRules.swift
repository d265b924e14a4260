package import HomeportNet

/// Who may do what: the first rule that a request fits says who, and where none does, `allow`.
package struct AccessRules: Sendable, Equatable {
    package struct Rule: Sendable, Equatable {
        /// In capitals; empty for all. GET is HEAD as well.
        package var methods: [String] = []
        /// Empty for all.
        package var paths: [PathPattern] = []
        package var allow: [Who] = []

        package init() {}

        /// Whatever the case: some services read methods so.
        func isFor(_ method: String) -> Bool {
            if methods.isEmpty { return true }
            let method = method.uppercased()
            return methods.contains(method == "HEAD" ? "GET" : method)
        }
    }

    package var rules: [Rule] = []
    package var allow: [Who] = [.anyone]

    package init() {}

    /// Whether nobody is asked for anything.
    package var allowsAll: Bool { rules.isEmpty && allow.hasAnyone }

    /// Whether who may do that hangs on the path.
    func looksAtPath(of method: String) -> Bool {
        rules.first { $0.isFor(method) }.map { !$0.paths.isEmpty } ?? false
    }

    /// - Parameter path: As a service will read it; see ``PathPattern/settled(_:)``. Looked at only where ``looksAtPath(of:)``.
    /// - Returns: Nil where a rule looks at a path that cannot be told.
    func who(may method: String, at path: [UInt8]?) -> [Who]? {
        for rule in rules where rule.isFor(method) {
            if rule.paths.isEmpty { return rule.allow }
            guard let path else { return nil }
            if rule.paths.contains(where: { $0.matches(path) }) { return rule.allow }
        }
        return allow
    }
}

/// What is known of who asks.
package struct Evidence: Sendable, Equatable {
    /// Nil where it was not looked for.
    package var owner: PeerOwner?
    /// The name of the token that was shown.
    package var token: String?
    /// Whose password was shown.
    package var user: String?

    package init(owner: PeerOwner? = nil, token: String? = nil, user: String? = nil) {
        (self.owner, self.token, self.user) = (owner, token, user)
    }
}

extension [Who] {
    var hasAnyone: Bool { contains { if case .anyone = $0 { true } else { false } } }

    /// The first of them that the evidence shows; nil for none.
    /// - Parameters:
    ///   - own: The number of the user as whom this runs.
    ///   - isMember: Whether a user is in a group.
    package func first(
        shownBy evidence: Evidence,
        own: UInt32,
        isMember: (_ uid: UInt32, _ group: String) -> Bool
    ) -> Who? {
        var uid: UInt32?
        if case .user(let number)? = evidence.owner { uid = number }
        return first { who in
            switch who {
            case .anyone: true
            case .me: uid == own
            case .uid(let wanted): uid == wanted
            case .group(let name): uid.map { isMember($0, name) } ?? false
            case .user(let name): evidence.user.map { name == nil || name == $0 } ?? false
            case .token(let name): evidence.token.map { name == nil || name == $0 } ?? false
            // Asked last, once nothing that is known here lets in.
            case .forwardAuth: false
            }
        }
    }

    var text: String { isEmpty ? "nobody" : map(\.text).joined(separator: ", ") }
}
