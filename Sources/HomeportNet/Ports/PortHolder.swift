/// A socket that has a port, and the programs whose socket it is.
package struct PortHolder: Sendable, Hashable {
    package var socket: SocketRecord
    /// Empty where they cannot be seen, and for a connection that is closed and only remembered.
    package var processes: [RunningProcess]

    package init(_ socket: SocketRecord, _ processes: [RunningProcess]) {
        self.socket = socket
        self.processes = processes
    }

    /// Looks for the programs behind sockets that share one port. A listener may have thousands of connections on its
    /// port: then it alone is looked for.
    package static func find(_ sockets: [SocketRecord]) -> [PortHolder] {
        let standing = sockets.filter(\.isStanding)
        let inodes = (standing.isEmpty ? sockets : standing).map(\.inode)
        let owners = ProcessTable.owners(of: inodes, .everyOwner)
        return sockets.map { PortHolder($0, owners[$0.inode] ?? []) }
    }

    /// In words, as seen by the user `viewer`: `pid 812 (caddy) of user www`.
    package func who(seenBy viewer: UInt32) -> String {
        if let first = processes.first {
            return processes.count == 1 ? first.description : "\(first) and \(processes.count - 1) more"
        }
        if viewer == 0 { return "a process that cannot be seen from here (uid \(socket.uid))" }
        return viewer == socket.uid
            ? "a process of yours that cannot be seen from here" : "a process of another user (uid \(socket.uid))"
    }

    /// What it does with the port, to follow ``who(seenBy:)``. `names` are the addresses at which it does the same.
    package func does(at names: [String]) -> String {
        let places = names.inWords
        return switch (socket.transport, socket.state) {
        case (.tcp, .listen) where socket.isDualStackWildcard: "listens on every address, IPv4 included (\(places))"
        case (.tcp, .listen) where socket.local.address.isWildcard:
            "listens on every \(socket.local.address.familyName) address (\(places))"
        case (.tcp, .listen): "listens on \(places)"
        case (.tcp, .bound), (.tcp, .closed): "holds \(places) without listening"
        case (.udp, _): "receives UDP at \(places)"
        default: "uses \(places) as its end of a connection to \(socket.remote)"
        }
    }
}

extension [String] {
    /// `a`, `a and b`, `a, b and c`.
    package var inWords: String {
        guard let last, count > 1 else { return first ?? "" }
        return dropLast().joined(separator: ", ") + " and " + last
    }
}
