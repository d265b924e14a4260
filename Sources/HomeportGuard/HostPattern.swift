package import HomeportCore

/// A name that a server answers for beyond `localhost`, as `--host` takes it: `build.lan`, `*.example.test`,
/// `192.168.1.20`, `[2001:db8::1]`.
package struct HostPattern: Sendable, Hashable {
    enum Kind: Hashable {
        case name(String)
        /// All names that end so: `.example.test`.
        case below(String)
        case ipv4(IPv4)
        case ipv6(IPv6)
    }

    let kind: Kind

    /// - Throws: ``HomeportError`` with code `value.malformed`, saying which part is too much.
    package init(parsing text: String) throws(HomeportError) {
        let bare = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
        if let address = IPv6(bare) {
            if address.isAny { throw Self.any(text) }
            kind = .ipv6(address)
            return
        }
        if let address = IPv4(text) {
            if address.isAny { throw Self.any(text) }
            kind = .ipv4(address)
            return
        }
        let isPattern = text.hasPrefix("*.")
        var name = Substring(isPattern ? String(text.dropFirst(2)) : text)
        if name.hasSuffix(".") { name.removeLast() }
        if let repaired = Self.repaired(text) {
            throw HomeportError(.badValue, "\"\(text)\" is not a host's name alone", fix: "write \(repaired)")
        }
        guard name.utf8.allSatisfy({ $0 < 128 }) else {
            throw HomeportError(
                .badValue,
                "\"\(text)\" is not as a browser sends it",
                fix: "write its xn--… form, which the browser's developer tools show"
            )
        }
        guard Self.isName(name) else {
            throw HomeportError(.badValue, "\"\(text)\" is no host's name", fix: "write build.lan or *.example.test")
        }
        kind = isPattern ? .below("." + name.lowercased()) : .name(name.lowercased())
    }

    /// A name without the scheme, the port or the path that came with it; nil where nothing is too much.
    private static func repaired(_ text: String) -> String? {
        var rest = Substring(text)
        for scheme in ["http://", "https://"] where rest.hasPrefix(scheme) { rest = rest.dropFirst(scheme.count) }
        rest = rest.prefix { $0 != "/" }
        if rest.hasPrefix("["), let end = rest.firstIndex(of: "]") {
            rest = rest[...end]
        } else {
            rest = rest.prefix { $0 != ":" }
        }
        return rest.isEmpty || rest == text ? nil : String(rest)
    }

    private static func isName(_ name: Substring) -> Bool {
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        // What ends in a number is an address to browsers (WHATWG URL, "ends in a number checker"), however it is
        // spelled.
        let isNumber = labels.last.map { $0.allSatisfy(\.isNumber) || $0.hasPrefix("0x") } ?? true
        return !isNumber && name.utf8.count <= 253
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count)
                    && label.utf8.allSatisfy { byte in
                        (byte | 0x20) &- 97 < 26 || byte &- 48 < 10 || byte == 45 || byte == 95
                    }
            }
    }

    private static func any(_ text: String) -> HomeportError {
        HomeportError(
            .badValue,
            "\(text) means all addresses, and is none to ask at",
            fix: "name the address that others use, such as 192.168.1.20"
        )
    }
}
