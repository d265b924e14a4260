import HomeportCore
import HomeportHTTP

/// Which names a request may ask for. This is what stops DNS rebinding: a page of `evil.example` whose name suddenly
/// points at 127.0.0.1 still says `Host: evil.example`.
///
/// Loopback addresses, `localhost` and `*.localhost` are let through, since no attacker can own them; every other name
/// must have been listed. Addresses beyond loopback are let through only where the listener was told to be there, or
/// where they were listed. `0.0.0.0`, `[::]` and the decimal, octal and hexadecimal spellings of addresses never are.
/// The port is not looked at: no page can choose it freely, and a forwarded one differs for good reasons.
package struct HostRule: Sendable {
    private let patterns: [HostPattern]
    private let allowsOtherAddresses: Bool

    /// - Parameters:
    ///   - patterns: What may be asked for beyond `localhost`.
    ///   - allowsOtherAddresses: Whether the listener can be reached at addresses beyond loopback.
    package init(_ patterns: [HostPattern] = [], allowsOtherAddresses: Bool = false) {
        self.patterns = patterns
        self.allowsOtherAddresses = allowsOtherAddresses
    }

    /// - Parameter authority: `host` or `host:port`, as a head carries it.
    package func allows(_ authority: Span<UInt8>) -> Bool {
        let host = authority.extracting(Authority.name(of: authority))
        guard !host.isEmpty else { return false }
        if host.equals("127.0.0.1") || host.equals("[::1]") || host.equalsIgnoringCase("localhost") { return true }
        if host.hasSuffixIgnoringCase(".localhost") { return Self.isName(host) }
        return allowsRare(host)
    }

    /// Labels of letters, digits, dashes and underscores, as browsers send them.
    private static func isName(_ host: Span<UInt8>) -> Bool {
        guard host.count <= 253 else { return false }
        var label = 0
        for index in host.indices {
            let byte = host[index]
            if byte == ASCII.dot {
                guard label > 0 else { return false }
                label = 0
            } else {
                label += 1
                guard label <= 63, ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == ASCII.hyphen || byte == 0x5F
                else { return false }
            }
        }
        return label > 0
    }

    /// What is not asked for in nearly every request, and may take a moment.
    private func allowsRare(_ host: Span<UInt8>) -> Bool {
        if host[0] == ASCII.leftBracket {
            guard host.count > 2, host[host.count - 1] == ASCII.rightBracket,
                let address = IPv6(host.extracting(1..<host.count - 1).string), !address.isAny
            else { return false }
            return address.isLoopback || allowsOtherAddresses || isListed(.ipv6(address))
        }
        if let address = IPv4(host.string) {
            return !address.isAny && (address.isLoopback || allowsOtherAddresses || isListed(.ipv4(address)))
        }
        let name = host.string.lowercased()
        return patterns.contains { pattern in
            switch pattern.kind {
            case .name(let listed): listed == name
            case .below(let suffix): name.hasSuffix(suffix) && name.utf8.count > suffix.utf8.count
            case .ipv4, .ipv6: false
            }
        }
    }

    private func isListed(_ kind: HostPattern.Kind) -> Bool { patterns.contains { $0.kind == kind } }
}
