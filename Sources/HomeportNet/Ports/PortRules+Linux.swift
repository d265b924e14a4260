#if os(Linux)
extension PortRules {
    /// As they are at this moment; the kernel's defaults where a file cannot be read.
    package static var current: PortRules {
        let folder = "/proc/sys/net/ipv4/"
        return PortRules(
            ephemeral: SmallFile.text(folder + "ip_local_port_range").flatMap(range) ?? 32768...60999,
            reserved: SmallFile.text(folder + "ip_local_reserved_ports", limit: 1 << 16).map(list) ?? [],
            unprivilegedFrom: SmallFile.text(folder + "ip_unprivileged_port_start").flatMap { UInt16($0) } ?? 1024
        )
    }
}
#endif
