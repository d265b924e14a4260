package import HomeportCore

/// From which ports Homeport gives out, best first.
///
/// 61000 … 65535 lies above Linux's ephemeral range, so no outgoing connection can hold such a port when it is wanted,
/// and no client that polls it can end up connected to itself; and it lies in the range that IANA never assigns. Where
/// the machine's ephemeral range or its list of reserved ports has grown over it, 20000 … 32767 comes next, which few
/// programs claim, and then whatever else may be listened on.
package struct PortPool: Sendable, Hashable {
    package static let preferred: ClosedRange<UInt16> = 61000...65535
    package static let second: ClosedRange<UInt16> = 20000...32767

    package let rules: PortRules

    package init(_ rules: PortRules) { self.rules = rules }

    /// Whether the port may be given to somebody at all: not one that browsers refuse, that somebody asked the kernel
    /// to keep for him, that a well-known program expects to find free, or that is Homeport's own.
    private func isOurs(_ port: Port) -> Bool {
        port != .homeport && !port.isRefusedByBrowsers && !rules.isReserved(port) && port.usedInDevelopment == nil
            && port.number >= max(1024, rules.unprivilegedFrom)
    }

    /// Ports in the order in which to try them. `start` turns each range, so that two programs that look at the same
    /// time mostly look in different places.
    package func candidates(start: UInt16) -> some Sequence<Port> {
        let tiers: [(range: ClosedRange<UInt16>, isLast: Bool)] = [
            (Self.preferred, false), (Self.second, false), (1024...65535, true),
        ]
        return tiers.lazy.flatMap { tier in
            let count = tier.range.count
            return (0..<count).lazy.compactMap { index in
                Port(tier.range.lowerBound + UInt16((index + Int(start)) % count)).flatMap {
                    isOurs($0) && isLastChoice($0) == tier.isLast ? $0 : nil
                }
            }
        }
    }

    private func isLastChoice(_ port: Port) -> Bool {
        rules.isEphemeral(port) || !(Self.preferred.contains(port.number) || Self.second.contains(port.number))
    }
}
