/// What a service is called, in the plan, on the command line and as `NAME.localhost`: one DNS label in lower case.
///
/// Letters a–z, digits and hyphens, 1 … 63 of them, no hyphen at either end (RFC 1123, section 2.1). `homeport` and
/// `localhost` are taken: the first is the control API's own name, so that no user's page ever shares its origin.
///
///     try ServiceName(parsing: "api").host            // "api.localhost"
///     ServiceName(madeFrom: "My Shop (copy)").text    // "my-shop-copy"
public struct ServiceName: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let text: String

    /// - Throws: ``HomeportError`` with code `value.malformed`, offering the nearest name that is allowed.
    public init(parsing text: String) throws(HomeportError) {
        guard !Self.reserved.contains(text) else {
            throw HomeportError(
                .badValue,
                "the name \"\(text)\" is reserved",
                fix: "choose another, such as my-\(text)"
            )
        }
        guard Self.isLabel(text) else {
            let near = Self.repaired(text)
            throw HomeportError(
                .badValue,
                "\"\(text)\" is not a service name: a–z, 0–9 and hyphens inside, at most 63",
                fix: Self.isLabel(near) && !Self.reserved.contains(near)
                    ? "write \(near)" : "write it as in api or web-2"
            )
        }
        self.text = text
    }

    /// The name made of any text, such as a folder's: lower case, everything else turned into hyphens.
    public init(madeFrom text: String) {
        let near = Self.repaired(text)
        self.text = Self.isLabel(near) && !Self.reserved.contains(near) ? near : "project"
    }

    /// Where a browser finds the service, without the port.
    public var host: String { "\(text).localhost" }

    /// The host at which a project is asked and changed; no service can have it.
    package static let control = "homeport.localhost"

    public static let reserved: Set<String> = ["homeport", "localhost"]

    public var description: String { text }
    public static func < (a: Self, b: Self) -> Bool { a.text < b.text }

    private static func isLabel(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 63 && !text.hasPrefix("-") && !text.hasSuffix("-")
            && text.utf8.allSatisfy { ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == 45 }
    }

    private static func repaired(_ text: String) -> String {
        var label = ""
        for character in text.lowercased() {
            let keep = character.isASCII && (character.isLetter || character.isNumber)
            if keep { label.append(character) } else if !label.isEmpty, !label.hasSuffix("-") { label.append("-") }
            if label.utf8.count == 63 { break }
        }
        while label.hasSuffix("-") { label.removeLast() }
        return label
    }
}
