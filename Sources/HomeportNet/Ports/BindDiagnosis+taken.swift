import HomeportCore

/// Who has the port.
extension BindDiagnosis {
    var taken: HomeportError {
        let inTheWay = obstacles
        guard !inTheWay.isEmpty else {
            return HomeportError(
                .portTaken,
                "port \(port) was taken a moment ago, by something that is gone or cannot be seen",
                fix: "try again, or choose another port with --port N"
            )
        }
        let free = addresses.filter { address in !inTheWay.contains { $0.socket.occupies(address) != nil } }
        return HomeportError(.portTaken, headline(inTheWay, free: free), fix: fix(inTheWay))
    }

    /// Connections that a listener has accepted share its port, and are no news beside it.
    private var obstacles: [PortHolder] {
        let meeting = holders.filter { holder in
            holder.socket.transport == .tcp && addresses.contains { holder.socket.occupies($0) != nil }
        }
        let standing = meeting.filter { $0.socket.isStanding }
        if !standing.isEmpty { return standing }
        let used = meeting.filter { $0.socket.state != .timeWait }
        return used.isEmpty ? meeting : used
    }

    private func headline(_ obstacles: [PortHolder], free: [IPAddress]) -> String {
        guard let open = free.first, let other = addresses.first(where: { $0 != open }), let obstacle = obstacles.first
        else { return "port \(port) is taken: " + clauses(obstacles) }
        let trap =
            open == .loopback4
            ? "since browsers try ::1 first" : "since some programs try 127.0.0.1 first and some ::1"
        let taken = SocketName(other, port)
        let owner =
            obstacles.count == 1 && obstacle.socket.state == .listen && obstacle.socket.local == taken
            ? "belongs to \(obstacle.who(seenBy: viewer))" : "is taken: \(clauses(obstacles))"
        return "\(SocketName(open, port)) is free, but \(taken) \(owner); half a port is a trap, \(trap)"
    }

    /// One clause for each program and each thing that it does, at most three.
    private func clauses(_ obstacles: [PortHolder]) -> String {
        var clauses: [(key: String, holder: PortHolder, names: [String])] = []
        for holder in obstacles {
            let key = holder.who(seenBy: viewer) + "\n" + holder.does(at: [])
            if let index = clauses.firstIndex(where: { $0.key == key }) {
                clauses[index].names.append(holder.socket.local.description)
            } else {
                clauses.append((key, holder, [holder.socket.local.description]))
            }
        }
        let said = clauses.prefix(3).map { clause in
            clause.holder.socket.state == .timeWait
                ? "a connection to \(clause.holder.socket.remote) was closed a moment ago, and is remembered"
                : "\(clause.holder.who(seenBy: viewer)) \(clause.holder.does(at: clause.names))"
        }
        let more = clauses.count > said.count ? "; and \(clauses.count - said.count) more" : ""
        return said.joined(separator: "; ") + more
    }

    private func fix(_ obstacles: [PortHolder]) -> String {
        offersOtherPort
            ? "\(way(obstacles)), or choose another port with --port N; homeport ports \(port) explains"
            : way(obstacles)
    }

    private func way(_ obstacles: [PortHolder]) -> String {
        guard let first = obstacles.first else { return "try again" }
        switch first.socket.state {
        case .timeWait:
            let seconds = obstacles.compactMap { $0.socket.expiresIn?.components.seconds }.max() ?? 59
            return "wait \(seconds + 1) s"
        case .listen, .bound, .closed:
            let processes = obstacles.flatMap(\.processes)
            guard !processes.isEmpty else {
                return viewer == 0 ? "look for it in containers" : "run with sudo to see who it is"
            }
            let pids = Set(processes.map(\.pid)).sorted().map(String.init).joined(separator: " ")
            let sudo = viewer != 0 && processes.contains { $0.uid != viewer } ? "sudo " : ""
            return "stop \(pids.contains(" ") ? "them" : "it") with \(sudo)kill \(pids)"
        default:
            return "wait for that connection to end"
        }
    }
}
