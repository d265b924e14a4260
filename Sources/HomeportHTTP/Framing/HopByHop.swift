/// The fields that belong to one connection, and are not carried on to the next (RFC 9110, section 7.6.1).
package struct HopByHop {
    /// Names that Connection adds to those, in lower case.
    private var named: [[UInt8]] = []
    /// Whether it asks for another protocol.
    package private(set) var upgrades = false

    package static let always: FieldNames = [
        .connection, .keepAlive, .proxyConnection, .proxyAuthorization, .te, .transferEncoding, .upgrade,
    ]

    package init(_ fields: FieldTable) {
        guard fields.has(.connection) else { return }
        var (named, upgrades) = ([[UInt8]](), false)
        fields.forEachElement(of: .connection) { option in
            if option.equalsIgnoringCase("close") || option.equalsIgnoringCase("keep-alive") { return }
            if option.equalsIgnoringCase("upgrade") { return upgrades = true }
            named.append((0..<option.count).map { ASCII.lower(option[$0]) })
        }
        self.named = named
        self.upgrades = upgrades && fields.has(.upgrade)
    }

    /// Whether a line is carried on, as far as this goes.
    package func keeps(_ line: FieldTable.Line, of fields: FieldTable) -> Bool {
        if Self.always.contains(line.name) { return false }
        if named.isEmpty { return true }
        return !fields.with(line.nameRange) { name in
            named.contains { option in
                option.count == name.count && option.indices.allSatisfy { ASCII.lower(name[$0]) == option[$0] }
            }
        }
    }
}
