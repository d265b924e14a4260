/// Who may do what: the first rule that a request fits says who, and where none does, `allow`.
package struct AccessRules: Sendable, Equatable {
    package struct Rule: Sendable, Equatable {
        /// In capitals; empty for all. GET is HEAD as well.
        package var methods: [String] = []
        /// Empty for all.
        package var paths: [PathPattern] = []
        package var allow: Audience = []

        package init() {}

        /// Whatever the case: some services read methods so.
        func isFor(_ method: String) -> Bool {
            if methods.isEmpty { return true }
            let method = method.uppercased()
            return methods.contains(method == "HEAD" ? "GET" : method)
        }
    }

    package var rules: [Rule] = []
    package var allow: Audience = [.anyone]

    package init() {}

    /// Each list that somebody's request may be judged by.
    package var audiences: [Audience] { rules.map(\.allow) + [allow] }

    /// Whether nobody is asked for anything.
    package var allowsAll: Bool { rules.isEmpty && allow.hasAnyone }

    /// Whether who may do that hangs on the path.
    func looksAtPath(of method: String) -> Bool {
        rules.first { $0.isFor(method) }.map { !$0.paths.isEmpty } ?? false
    }

    /// - Parameter path: As a service will read it; see ``PathPattern/settled(_:)``. Looked at only where ``looksAtPath(of:)``.
    /// - Returns: Nil where a rule looks at a path that cannot be told.
    func who(may method: String, at path: [UInt8]?) -> Audience? {
        for rule in rules where rule.isFor(method) {
            if rule.paths.isEmpty { return rule.allow }
            guard let path else { return nil }
            if rule.paths.contains(where: { $0.matches(path) }) { return rule.allow }
        }
        return allow
    }
}
