#if os(macOS)
import Darwin

extension PortRules {
    /// As they are at this moment. Privilege: Darwin asks for it below 1024 when one address is named.
    package static var current: PortRules {
        let first = number("net.inet.ip.portrange.first") ?? 49152
        let last = number("net.inet.ip.portrange.last") ?? 65535
        return PortRules(ephemeral: min(first, last)...max(first, last))
    }

    private static func number(_ name: String) -> UInt16? {
        var value: CInt = 0
        var size = MemoryLayout<CInt>.size
        guard sysctlbyname(name, &value, &size, nil, 0) == 0 else { return nil }
        return UInt16(exactly: value)
    }
}
#endif
