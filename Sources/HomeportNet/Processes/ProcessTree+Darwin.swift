#if os(macOS)
import Darwin

extension ProcessTree {
    /// Every process whose ancestor is `root`. Not itself.
    package static func descendants(of root: Int32) -> [Int32] {
        var found: [Int32] = []
        var next = [root]
        var room = [pid_t](repeating: 0, count: 4096)
        while let parent = next.popLast() {
            let count = room.withUnsafeMutableBytes { proc_listchildpids(parent, $0.baseAddress, Int32($0.count)) }
            guard count > 0 else { continue }
            let children = room.prefix(Int(count)).filter { $0 > 0 && !found.contains($0) }
            found += children
            next += children
        }
        return found
    }

    /// Whether the system tells which process listens where. It would be `proc_pidfdinfo` of libproc.
    package static var tellsListeners: Bool { false }

    package static func listeners(of processes: some Sequence<Int32>) -> [SocketRecord] { [] }
}
#endif
