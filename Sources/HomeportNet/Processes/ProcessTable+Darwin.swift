#if os(macOS)
/// Nothing is told on this system yet: it would be `proc_pidfdinfo` of libproc.
extension ProcessTable {
    package static func owners(
        of inodes: some Sequence<UInt32>,
        _ depth: Depth,
        _ order: Order = .oldestFirst
    ) -> [UInt32: [RunningProcess]] { [:] }

    package static func process(_ pid: Int32) -> RunningProcess? { nil }
}
#endif
