/// How a socket stands in the way of somebody who wants to listen on the same port of an address.
///
/// Linux asks in `inet_bind_conflict` whether the addresses of two sockets meet. They meet where they are equal, where
/// either is a wildcard of the same family, and where one is `::` without `IPV6_V6ONLY` and the other is IPv4. Both
/// having `SO_REUSEADDR` excuses everything but a listener; that option is not told, so a socket found here *may* be
/// the obstacle, and after a failed bind it is.
package enum Occupation: Sendable, Hashable {
    case sameAddress
    case everyAddress
    /// `::`, which covers IPv4 too.
    case everyAddressOfBothFamilies
    /// What was asked for is the wildcard, and this socket holds one of its addresses.
    case oneOfTheAddresses
}

extension SocketRecord {
    package func occupies(_ wanted: IPAddress) -> Occupation? {
        let held = local.address.unmapped
        if held == wanted { return held.isWildcard && isDualStackWildcard ? .everyAddressOfBothFamilies : .sameAddress }
        switch (held, wanted) {
        case (.v4, .v4), (.v6, .v6):
            if held.isWildcard { return isDualStackWildcard ? .everyAddressOfBothFamilies : .everyAddress }
            return wanted.isWildcard ? .oneOfTheAddresses : nil
        case (.v6, .v4):
            return isDualStackWildcard ? .everyAddressOfBothFamilies : nil
        case (.v4, .v6):
            // Ours are IPV6_V6ONLY, so IPv4 is never in the way of them.
            return nil
        }
    }
}
