import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Which users of the machine are in which groups, looked up when asked and kept for a minute: the lookup may go to a directory server.
package final class UserGroups: Sendable {
    private struct Known {
        var groups: Set<UInt32>
        var until: ContinuousClock.Instant
    }

    private let known = Mutex<[UInt32: Known]>([:])
    private static let life = Duration.seconds(60)
    private static let most = 256

    package init() {}

    /// Whether a user is in a group. Of somebody new, it may take a moment.
    package func has(_ uid: UInt32, in group: UInt32) -> Bool { groups(of: uid).contains(group) }

    /// - Returns: Nil where there is no such group.
    package static func number(of group: String) -> UInt32? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64 << 10) { room in
            var entry = GroupEntry()
            var found: UnsafeMutablePointer<GroupEntry>?
            guard let start = room.baseAddress, getgrnam_r(group, &entry, start, room.count, &found) == 0, found != nil
            else { return nil }
            return entry.gr_gid
        }
    }

    private func groups(of uid: UInt32) -> Set<UInt32> {
        let now = ContinuousClock.now
        if let found = known.withLock({ $0[uid] }), found.until > now { return found.groups }
        let groups = Self.lookUp(uid)
        known.withLock { known in
            if known.count >= Self.most { known.removeAll() }
            known[uid] = Known(groups: groups, until: now + Self.life)
        }
        return groups
    }

    private static func lookUp(_ uid: UInt32) -> Set<UInt32> {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { room in
            var entry = passwd()
            var found: UnsafeMutablePointer<passwd>?
            guard let start = room.baseAddress, getpwuid_r(uid, &entry, start, room.count, &found) == 0, found != nil,
                let name = entry.pw_name
            else { return [] }
            var count: CInt = 256
            var all = [GroupListNumber](repeating: 0, count: Int(count))
            guard getgrouplist(name, GroupListNumber(entry.pw_gid), &all, &count) >= 0 else { return [entry.pw_gid] }
            return Set(all.prefix(Int(count)).map { UInt32(truncatingIfNeeded: $0) })
        }
    }
}

private typealias GroupEntry = group

#if canImport(Darwin)
/// There, `getgrouplist` has signed numbers.
private typealias GroupListNumber = CInt
#else
private typealias GroupListNumber = gid_t
#endif
