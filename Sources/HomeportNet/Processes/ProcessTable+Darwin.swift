#if os(macOS)
/// Nothing is told on this system yet: it would be `proc_pidfdinfo` of libproc.
package enum ProcessTable {
    package enum Depth: Sendable {
        case firstOwner, everyOwner
    }

    package enum Order: Sendable {
        case oldestFirst
        case newestFirst(then: [Int32])
    }

    package static func owners(
        of inodes: some Sequence<UInt32>,
        _ depth: Depth,
        _ order: Order = .oldestFirst
    ) -> [UInt32: [RunningProcess]] { [:] }

    package static func process(_ pid: Int32) -> RunningProcess? { nil }
}
#endif
