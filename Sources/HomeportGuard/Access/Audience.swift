package import HomeportNet

/// Those who may do something, in the order in which they are looked for, and what has to be asked of a request to find one of them.
package struct Audience: Sendable, Hashable, ExpressibleByArrayLiteral {
    package let entries: [Who]
    /// Worked out once, not for each request.
    let proofs: Who.Proofs

    package init(_ entries: [Who]) {
        self.entries = entries
        proofs = entries.reduce(into: []) { $0.formUnion($1.proof) }
    }

    package init(arrayLiteral entries: Who...) { self.init(entries) }

    package var isNobody: Bool { entries.isEmpty }
    package var hasAnyone: Bool { proofs.contains(.none) }
    /// Whether somebody gets in who sends nothing on his connection.
    package var takesConnections: Bool { !proofs.isDisjoint(with: [.none, .connection]) }
    var takesCredentials: Bool { !proofs.isDisjoint(with: [.token, .password, .forwardAuth]) }

    /// The first of them that the evidence shows; nil for none.
    /// - Parameters:
    ///   - own: The number of the user as whom this runs.
    ///   - isMember: Whether a user is in a group.
    func first(
        shownBy evidence: Evidence,
        own: UInt32,
        isMember: (_ uid: UInt32, _ group: String) -> Bool
    ) -> Who? {
        var uid: UInt32?
        if case .user(let number)? = evidence.owner { uid = number }
        return entries.first { who in
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

    package var text: String { isNobody ? "nobody" : entries.map(\.text).joined(separator: ", ") }
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
