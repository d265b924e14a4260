#if os(Linux)
#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// Found by reading where each descriptor of each process points: `/proc/812/fd/7 → socket:[24551]`.
///
/// That is one `readlink` a descriptor, so everything around it is kept cheap: names stay C strings, and with
/// ``Depth/firstOwner`` the search ends with the last socket that was looked for.
extension ProcessTable {
    /// The processes that hold each of `inodes`, as far as this one may see.
    package static func owners(
        of inodes: some Sequence<UInt32>,
        _ depth: Depth,
        _ order: Order = .oldestFirst
    ) -> [UInt32: [RunningProcess]] {
        var search = Search(inodes, depth)
        search.run(order)
        var users = UserNames()
        // One array for all the sockets of a process: a server may have thousands.
        var described: [Int32: [RunningProcess]] = [:]
        for pid in search.holders {
            if let process = RunningProcess(describing: pid, users: &users) { described[pid] = [process] }
        }
        var owners: [UInt32: [RunningProcess]] = [:]
        owners.reserveCapacity(search.first.count)
        for (inode, pid) in search.first {
            if let others = search.others[inode] {
                let all = ([pid] + others).sorted().flatMap { described[$0] ?? [] }
                if !all.isEmpty { owners[inode] = all }
            } else {
                owners[inode] = described[pid]
            }
        }
        return owners
    }

    /// The sockets that a process has open, as far as this one may see.
    static func socketInodes(of pid: Int32) -> [UInt32] {
        var found: [UInt32] = []
        let proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard proc >= 0 else { return [] }
        let folder = Descriptor(owning: proc)
        eachSocket(of: pid, folder.number) {
            found.append($0)
            return true
        }
        return found
    }

    /// One process by its pid; nil when it is gone.
    package static func process(_ pid: Int32) -> RunningProcess? {
        var users = UserNames()
        return RunningProcess(describing: pid, users: &users)
    }
}

private struct Search {
    let depth: ProcessTable.Depth
    var wanted: Set<UInt32>
    var first: [UInt32: Int32] = [:]
    var others: [UInt32: [Int32]] = [:]
    var holders: Set<Int32> = []

    init(_ inodes: some Sequence<UInt32>, _ depth: ProcessTable.Depth) {
        wanted = Set(inodes)
        wanted.remove(0)
        self.depth = depth
        first.reserveCapacity(wanted.count)
    }

    mutating func run(_ order: ProcessTable.Order) {
        guard !wanted.isEmpty, let processes = opendir("/proc") else { return }
        defer { closedir(processes) }
        switch order {
        case .oldestFirst:
            while !wanted.isEmpty, let pid = Self.next(in: processes) { look(into: pid, dirfd(processes)) }
        case .newestFirst(let others):
            let newest = Self.newest
            for thread in newest where !wanted.isEmpty { look(into: thread, dirfd(processes), isThread: true) }
            for pid in others where !wanted.isEmpty { look(into: pid, dirfd(processes)) }
            guard !wanted.isEmpty else { return }
            var all: [Int32] = []
            while let pid = Self.next(in: processes) { all.append(pid) }
            for pid in all.reversed() where !wanted.isEmpty && !others.contains(pid) {
                look(into: pid, dirfd(processes))
            }
        }
    }

    /// The numbers that the kernel gave last, to processes and threads: listing all takes longer than some of them live.
    private static var newest: [Int32] {
        guard let load = SmallFile.text("/proc/loadavg"), let word = load.split(whereSeparator: \.isWhitespace).last,
            let last = Int32(word), last > 0
        else { return [] }
        return (max(1, last - 15)...last).reversed()
    }

    /// Whose thread that is.
    private static func process(of thread: Int32) -> Int32? {
        guard let status = SmallFile.text("/proc/\(thread)/status"),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("Tgid:") })
        else { return nil }
        return line.split(whereSeparator: \.isWhitespace).last.flatMap { Int32($0) }
    }

    private static func next(in processes: OpaquePointer) -> Int32? {
        while let entry = readdir(processes) {
            let pid = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: UInt8.self, capacity: 256) { decimal($0) }
            }
            if let pid { return Int32(truncatingIfNeeded: pid) }
        }
        return nil
    }

    private mutating func look(into pid: Int32, _ proc: CInt, isThread: Bool = false) {
        eachSocket(of: pid, proc) { inode in
            if wanted.contains(inode) { note(isThread ? Self.process(of: pid) ?? pid : pid, inode) }
            return !wanted.isEmpty
        }
    }

    /// A process may have a socket more than once, after `dup`.
    private mutating func note(_ pid: Int32, _ inode: UInt32) {
        if let known = first[inode] {
            if known != pid, others[inode]?.last != pid { others[inode, default: []].append(pid) }
        } else {
            first[inode] = pid
        }
        holders.insert(pid)
        if depth == .firstOwner { wanted.remove(inode) }
    }
}

/// - Parameters:
///   - proc: The folder `/proc`.
///   - body: Returns whether the next one is wanted, too.
private func eachSocket(of pid: Int32, _ proc: CInt, _ body: (UInt32) -> Bool) {
    let number = openat(proc, "\(pid)/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard number >= 0 else { return }
    guard let descriptors = fdopendir(number) else {
        close(number)
        return
    }
    defer { closedir(descriptors) }
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { link in
        while let entry = readdir(descriptors) {
            let length = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { name in
                    link.withMemoryRebound(to: CChar.self) { room in
                        room.baseAddress.map { readlinkat(number, name, $0, room.count) } ?? -1
                    }
                }
            }
            guard length > 0, let inode = socketInode(link[..<length]) else { continue }
            if !body(inode) { return }
        }
    }
}

/// `socket:[24551]`, and nothing else.
private func socketInode(_ link: Slice<UnsafeMutableBufferPointer<UInt8>>) -> UInt32? {
    let prefix: StaticString = "socket:["
    guard link.count > prefix.utf8CodeUnitCount, link.last == UInt8(ascii: "]") else { return nil }
    var inode: UInt32 = 0
    for (index, byte) in link.dropLast().enumerated() {
        if index < prefix.utf8CodeUnitCount {
            if byte != prefix.utf8Start[index] { return nil }
        } else {
            guard byte >= 48, byte <= 57 else { return nil }
            inode = inode &* 10 &+ UInt32(byte - 48)
        }
    }
    return inode
}

/// A C string of decimal digits, and nothing else.
private func decimal(_ text: UnsafePointer<UInt8>) -> UInt32? {
    guard text[0] != 0 else { return nil }
    var number: UInt32 = 0
    var at = 0
    while text[at] != 0 {
        guard text[at] >= 48, text[at] <= 57 else { return nil }
        number = number &* 10 &+ UInt32(text[at] - 48)
        at += 1
    }
    return number
}
#endif
