import HomeportCore
import HomeportHTTP

/// Which names a request may ask for. This is what stops DNS rebinding: a page of `evil.example` whose name suddenly
/// points at 127.0.0.1 still says `Host: evil.example`.
///
/// Loopback addresses, `localhost` and `*.localhost` are let through, since no attacker can own them; every other name
/// must have been listed. Addresses beyond loopback are let through only where the listener was told to be there.
/// `0.0.0.0`, `[::]` and the decimal, octal and hexadecimal spellings of addresses never are.
package struct HostRule: Sendable {
    private let exact: [String]
    /// Suffixes with their dot: `.example.test` for `*.example.test`.
    private let suffixes: [String]
    private let allowsOtherAddresses: Bool

    /// - Parameters:
    ///   - names: In any case; `*.example.test` lets every name below `example.test` in.
    ///   - allowsOtherAddresses: Whether the listener can be reached at addresses beyond loopback.
    package init(names: [String] = [], allowsOtherAddresses: Bool = false) {
        let names = names.map { $0.lowercased() }
        exact = names.filter { !$0.hasPrefix("*.") }
        suffixes = names.filter { $0.hasPrefix("*.") }.map { String($0.dropFirst()) }
        self.allowsOtherAddresses = allowsOtherAddresses
    }

    /// - Parameter authority: `host` or `host:port`, as a head carries it.
    package func allows(_ authority: Span<UInt8>) -> Bool {
        var host = authority.extracting(Authority.host(of: authority))
        guard !host.isEmpty else { return false }
        if host[host.count - 1] == ASCII.dot { host = host.extracting(0..<host.count - 1) }
        guard !host.isEmpty else { return false }
        if host.equals("127.0.0.1") || host.equals("[::1]") || host.equalsIgnoringCase("localhost") { return true }
        if host.hasSuffixIgnoringCase(".localhost") { return true }
        if host[0] == ASCII.leftBracket { return allowsIPv6(host.extracting(1..<host.count - 1).string) }
        if ASCII.isDigit(host[host.count - 1]), let address = IPv4(host.string) {
            return address.isLoopback || (allowsOtherAddresses && !address.isAny)
        }
        let name = host.string.lowercased()
        return exact.contains(name) || suffixes.contains { name.hasSuffix($0) && name.count > $0.count }
    }

    private func allowsIPv6(_ text: String) -> Bool {
        guard let address = IPv6(text) else { return false }
        return address.isLoopback || (allowsOtherAddresses && !address.isAny)
    }
}
