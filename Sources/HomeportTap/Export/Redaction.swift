/// What does not leave by itself: fields that let their reader in.
package struct Redaction: Sendable {
    package static let none = Redaction(names: [])
    package static let secrets = Redaction(names: ["authorization", "proxy-authorization", "cookie", "set-cookie"])

    private let names: Set<String>

    private init(names: Set<String>) { self.names = names }

    static let shown = "[redacted]"

    func isSecret(_ name: String) -> Bool { names.contains(name.lowercased()) }

    /// A field's value as it may leave.
    func value(of field: TapFields.Field) -> String { isSecret(field.name) ? Self.shown : field.value }
}
