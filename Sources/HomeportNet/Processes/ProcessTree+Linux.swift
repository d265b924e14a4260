#if os(Linux)
import HomeportCore

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

extension ProcessTree {
    /// Every process whose ancestor is `root`, those that have ended and wait for their parent left out. Not itself.
    package static func descendants(of root: Int32) -> [Int32] {
        guard let processes = opendir("/proc") else { return [] }
        defer { closedir(processes) }
        var children: [Int32: [Int32]] = [:]
        while let entry = readdir(processes) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let pid = Int32(name), let bytes = SmallFile.bytes("\(name)/stat", at: dirfd(processes), limit: 1024),
                let stat = ProcessStat(bytes)
            else { continue }
            // One that has ended may still have children, until they are given to somebody else.
            children[stat.parent, default: []].append(stat.isZombie ? -pid : pid)
        }
        var found: [Int32] = []
        var next = [root]
        while let parent = next.popLast() {
            for child in children.removeValue(forKey: parent) ?? [] {
                if child > 0 { found.append(child) }
                next.append(abs(child))
            }
        }
        return found
    }

    /// Whether the system tells which process listens where.
    package static var tellsListeners: Bool { true }

    package static func listeners(of processes: some Sequence<Int32>) -> [SocketRecord] {
        listeners(of: processes) { () throws(HomeportError) in try ListenerTable.listeners() }
    }

    static func listeners(
        of processes: some Sequence<Int32>,
        among all: () throws(HomeportError) -> [SocketRecord]
    ) -> [SocketRecord] {
        var inodes: Set<UInt32> = []
        for pid in processes { inodes.formUnion(ProcessTable.socketInodes(of: pid)) }
        guard !inodes.isEmpty, let all = try? all() else { return [] }
        return all.filter { inodes.contains($0.inode) }
    }
}
#endif
