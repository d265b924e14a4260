package import HomeportCore

/// What the kernel does with ports of its own accord: which it gives to outgoing connections, which it keeps out of
/// that, and below which a program needs privilege to listen.
package struct PortRules: Sendable, Hashable {
    /// From where source ports of outgoing connections are picked.
    package var ephemeral: ClosedRange<UInt16>
    /// Never picked, though free to be asked for by number.
    package var reserved: [ClosedRange<UInt16>]
    package var unprivilegedFrom: UInt16

    package init(
        ephemeral: ClosedRange<UInt16>,
        reserved: [ClosedRange<UInt16>] = [],
        unprivilegedFrom: UInt16 = 1024
    ) {
        self.ephemeral = ephemeral
        self.reserved = reserved
        self.unprivilegedFrom = unprivilegedFrom
    }

    package func isReserved(_ port: Port) -> Bool { reserved.contains { $0.contains(port.number) } }

    /// Whether some outgoing connection may hold the port when it is wanted.
    package func isEphemeral(_ port: Port) -> Bool { port.isEphemeral(in: ephemeral) && !isReserved(port) }
}

extension PortRules {
    /// Reads two numbers, as in `ip_local_port_range`: `32768	60999`.
    static func range(_ text: String) -> ClosedRange<UInt16>? {
        let numbers = text.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\n" }).map { UInt16($0) }
        guard numbers.count == 2, let first = numbers[0], let last = numbers[1], first <= last else { return nil }
        return first...last
    }

    /// Reads a list, as in `ip_local_reserved_ports`: `8080,9000-9100`. What is no range is passed over.
    static func list(_ text: String) -> [ClosedRange<UInt16>] {
        text.split(whereSeparator: { $0 == "," || $0 == "\n" || $0 == " " }).compactMap { item in
            let ends = item.split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
            guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first <= last
            else { return nil }
            return first...last
        }
    }
}
