import HomeportCore
import HomeportDoor
import HomeportHTTP
import HomeportNet
import NIOCore

/// A door that several projects share.
extension Project {
    /// Opens the door, or gets it from a project that has it open, and is known to the others from then on.
    func openDoor() async throws -> Front? {
        guard let place = options.place else { return nil }
        guard let folder = options.neighbourhood else {
            return try await listen(try ListeningSockets.open(place), nil)
        }
        // Whoever comes at the same time finds either nobody or a neighbour.
        let lock = try await Neighbours.lock(folder)
        defer { withExtendedLifetime(lock) {} }
        var sockets: ListeningSockets
        do { sockets = try ListeningSockets.open(place) } catch {
            guard error.code == .portTaken, let port = place.port,
                let shared = Neighbours.sockets(of: port, in: folder)
            else { throw error }
            sockets = shared
        }
        sockets.isShared = true
        guard let port = sockets.port else { return try await listen(sockets, nil) }
        let neighbours = Neighbours(in: folder, key: options.key, port: port)
        let front = try await listen(sockets, neighbours)
        self.neighbours = neighbours
        // Known to others only now that it can take what they hand over.
        try claimLocked(for: plan)
        try await front?.door.change(to: table(of: plan, services))
        return front
    }

    private func listen(_ sockets: consuming ListeningSockets, _ neighbours: Neighbours?) async throws -> Front? {
        guard let loops else { return nil }
        if sockets.ipv6Missing { noteMissingIPv6() }
        doorPort = sockets.port
        let door = try await Door(table(of: plan, services), loops: loops)
        var service = service(door)
        let holder = ListenerHolder(loops)
        if let neighbours {
            let adopt: @Sendable (LeavingConnection, Int) -> Void = { holder.adopt($0, $1) }
            service.elsewhere = { door.elsewhere($0, $1, $2, neighbours, back: adopt) }
            handOver = try HandOverSocket(
                at: neighbours.socket,
                shares: { holder.descriptors },
                takes: adopt
            )
        }
        let listener = try await HTTPServer.start(sockets, on: loops, service: service, onRefusal: options.onWarning)
        holder.hold(listener, service)
        return Front(listener: listener, door: door)
    }

    func claim(for plan: Plan) async throws {
        guard neighbours != nil, let folder = options.neighbourhood else { return }
        let lock = try await Neighbours.lock(folder)
        defer { withExtendedLifetime(lock) {} }
        try claimLocked(for: plan)
    }

    /// Tells the neighbours what this project answers for.
    /// - Throws: ``HomeportError`` where a name that the plan writes out is another project's.
    private func claimLocked(for plan: Plan) throws {
        guard let neighbours else { return }
        let names = self.names(of: plan)
        var (hosts, needed) = (Set([ServiceName.control]), Set<String>())
        if plan.services.contains(where: \.isDefault) { hosts.insert(DoorEntry.bare) }
        for service in plan.services {
            hosts.formUnion(names.hosts(of: service.name))
            for name in service.names { needed.insert(name.isWild ? "*\(name.suffix)" : name.host) }
        }
        let before = taken
        taken = try neighbours.claim(
            hosts.union(needed),
            needed: needed,
            project: plan.name.text,
            services: plan.services.filter(\.speaksHTTP).map { service in
                let all = names.hosts(of: service.name)
                return .init(name: service.name.text, host: all[all.count - 1], summary: listed(service, behind: nil))
            }
        )
        for service in plan.services {
            let all = names.hosts(of: service.name)
            guard let owner = taken[all[0]], before[all[0]] != owner else { continue }
            if options.needsNames, all.allSatisfy({ taken[$0] != nil }) {
                throw HomeportError(
                    .nameTaken,
                    "\(all[0]) is a service of the project \(owner), which runs",
                    fix: "choose another name; homeport status --all tells who has which"
                )
            }
            let other =
                all.first { taken[$0] == nil }.map { "it is at \($0) until that ends" } ?? "write out names: for it"
            options.onWarning("\(all[0]) belongs to the project \(owner); \(other)")
        }
    }

    func names(of plan: Plan) -> HostNames { HostNames(project: plan.name, worktree: worktree) }

    /// Where a service answers: the first of its names that it has.
    func host(of service: ServiceName, _ plan: Plan) -> String {
        let all = names(of: plan).hosts(of: service)
        return all.first { taken[$0] == nil } ?? all[0]
    }
}
