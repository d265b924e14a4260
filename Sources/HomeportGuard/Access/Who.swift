package import HomeportCore

/// Who may come in: one entry of `allow:`.
package enum Who: Sendable, Hashable {
    /// Whoever reaches the listener.
    case anyone
    /// The user as whom Homeport runs, by the connection.
    case me
    /// A user of the machine, by the connection.
    case uid(UInt32)
    /// Users of the machine who are in this group, by the connection.
    case group(String)
    /// One of the users file, or with nil any, by a password.
    case user(String?)
    /// Who has the token of this name, or with nil any of ours.
    case token(String?)
    /// Whom the server lets in that is asked about each request.
    case forwardAuth

    /// - Throws: ``HomeportError`` with code `value.malformed`.
    package init(parsing text: String) throws(HomeportError) {
        switch text {
        case "anyone": self = .anyone
        case "me": self = .me
        case "forward_auth": self = .forwardAuth
        default:
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[1].isEmpty else { throw Self.wrong(text) }
            let name = parts[1]
            switch parts[0] {
            case "uid":
                guard let number = UInt32(name) else { throw Self.wrong(text) }
                self = .uid(number)
            case "group": self = .group(name)
            case "user": self = .user(name == "*" ? nil : name)
            case "token": self = .token(name == "*" ? nil : name)
            default: throw Self.wrong(text)
            }
        }
    }

    private static func wrong(_ text: String) -> HomeportError {
        if let near = near(text) {
            return HomeportError(.badValue, "\"\(text.harmless)\" says not who", fix: "did you mean \(near)?")
        }
        return HomeportError(
            .badValue,
            "\"\(text.harmless)\" says not who",
            fix:
                "write me, anyone, uid:1000 (id -u NAME tells it), group:dev, user:ada (of the users file), token:ci or forward_auth; user:* and token:* are all of them"
        )
    }

    /// What was meant, perhaps: a slip, nobody at all, or a user of the machine by number.
    private static func near(_ text: String) -> String? {
        if let near = Spelling.nearest(to: text, among: ["anyone", "me", "forward_auth"]) { return near }
        if ["nobody", "none", "no", "false", ""].contains(text) { return "[]" }
        return UInt32(text).map { "uid:\($0)" }
    }

    package var text: String {
        switch self {
        case .anyone: "anyone"
        case .me: "me"
        case .uid(let uid): "uid:\(uid)"
        case .group(let name): "group:\(name)"
        case .user(let name): "user:\(name ?? "*")"
        case .token(let name): "token:\(name ?? "*")"
        case .forwardAuth: "forward_auth"
        }
    }

    /// By what somebody shows that he is one of them.
    package struct Proofs: OptionSet, Sendable, Hashable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        static let none = Proofs(rawValue: 1)
        /// Whatever is sent on it.
        static let connection = Proofs(rawValue: 2)
        static let password = Proofs(rawValue: 4)
        static let token = Proofs(rawValue: 8)
        static let forwardAuth = Proofs(rawValue: 16)
    }

    var proof: Proofs {
        switch self {
        case .anyone: .none
        case .me, .uid, .group: .connection
        case .user: .password
        case .token: .token
        case .forwardAuth: .forwardAuth
        }
    }
}
