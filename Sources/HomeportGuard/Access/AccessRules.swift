package import HomeportCore
package import HomeportNet

/// Who may do what: the first rule that a request fits says who, and where none does, `allow`.
package struct AccessRules: Sendable, Equatable {
    package struct Rule: Sendable, Equatable {
        /// In capitals; empty for all.
        package var methods: [String] = []
        /// Empty for all.
        package var paths: [PathPattern] = []
        package var allow: [Who] = []

        package init() {}
    }

    package var rules: [Rule] = []
    package var allow: [Who] = [.anyone]

    package init() {}

    /// Whether nobody is asked for anything.
    package var allowsAll: Bool { rules.isEmpty && allow.contains(.anyone) }

    /// - Parameter path: As a service will read it, once a rule looks at it; see ``PathPattern/settled(_:)``.
    /// - Returns: Nil where a rule looks at a path that cannot be told.
    func who(may method: String, _ path: () -> String?) -> [Who]? {
        var settled: String?
        for rule in rules where rule.methods.isEmpty || rule.methods.contains(method) {
            if rule.paths.isEmpty { return rule.allow }
            guard let path = settled ?? path() else { return nil }
            settled = path
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
            }
        }
    }

    var text: String { isEmpty ? "nobody" : map(\.text).joined(separator: ", ") }
}

/// A path of a rule: `/admin` is that path and all below it, `/v1/*` all below.
package struct PathPattern: Sendable, Equatable {
    private let prefix: String
    private let isBelow: Bool

    /// - Throws: ``HomeportError`` with code `value.malformed`.
    package init(parsing text: String) throws(HomeportError) {
        guard text.hasPrefix("/"), Self.settled(text) == text, !text.dropLast().contains("*") else {
            throw HomeportError(
                .badValue,
                "\"\(text.harmless)\" is no path of a rule",
                fix: "write /admin for it and all below, or /v1/*; without escapes, dots and doubled slashes"
            )
        }
        isBelow = text.hasSuffix("/*")
        guard isBelow || !text.hasSuffix("*") else {
            throw HomeportError(.badValue, "\"\(text.harmless)\" has a star that is no whole part", fix: "write /v1/*")
        }
        let bare = isBelow ? text.dropLast(2) : text[...]
        prefix = String(bare.hasSuffix("/") ? bare.dropLast() : bare)
    }

    func matches(_ path: String) -> Bool {
        guard path.hasPrefix(prefix) else { return false }
        let rest = path.dropFirst(prefix.count)
        return rest.hasPrefix("/") || !isBelow && rest.isEmpty
    }

    /// A path as services read it: escapes resolved, dots and doubled slashes gone.
    /// - Returns: Nil where they do not all read it alike: an escaped slash, a backslash, a control character, a broken escape.
    static func settled(_ path: String) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(path.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16),
                rest.prefix(2).allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
                value != UInt8(ascii: "/"), value != UInt8(ascii: "%")
            else { return nil }
            rest = rest.dropFirst(2)
            bytes.append(value)
        }
        // What comes behind ";" is a parameter to some, and a part of the name to others.
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: ";") }),
            let text = String(validating: bytes, as: UTF8.self)
        else { return nil }
        var parts: [Substring] = []
        for part in text.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        let isFolder = text.hasSuffix("/") || text.hasSuffix("/.") || text.hasSuffix("/..")
        return "/" + parts.joined(separator: "/") + (isFolder && !parts.isEmpty ? "/" : "")
    }
}
