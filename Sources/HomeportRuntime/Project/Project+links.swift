package import HomeportCore
import HomeportGuard
import HomeportHTTP
package import HomeportLink
import HomeportNet
import NIOCore

/// A project's links: started and changed with its plan, and by who asks while it runs.
extension Project {
    /// Starts those that are not kept. On failure none of the new ones is left.
    func makeLinks(of plan: Plan, keeping kept: [String: Link]) async throws -> [String: Link] {
        var made = kept
        do {
            for link in plan.links where kept[link.name] == nil {
                made[link.name] = try await start(link, of: plan, services: services)
            }
        } catch {
            for (name, link) in made where kept[name] == nil { await link.end() }
            throw error
        }
        return made
    }

    /// Makes the plan's links true. Those that only do something else, or lead elsewhere, keep their connections.
    func applyLinks(of plan: Plan, services: [ServiceName: RunningService]) async throws {
        let old = self.plan.links
        func before(_ link: LinkPlan) -> LinkPlan? { old.first { $0.name == link.name } }
        let kept = links.filter { name, running in
            !running.isMoved
                && plan.links.contains { $0.name == name && before($0)?.isOnePlace(with: $0) ?? false }
        }
        // What can fail comes first, beside what runs; only those whose places others take must end before those begin.
        let leaving = links.values.filter { kept[$0.name] == nil }
        func predecessor(_ link: LinkPlan) -> Link? {
            guard let place = link.listen else { return nil }
            return leaving.first { $0.isDatagram == link.isDatagram && $0.holds(place) }
        }
        let new = plan.links.filter { kept[$0.name] == nil }
        var made = kept
        var ended: [Link] = []
        do {
            for link in new where predecessor(link) == nil {
                made[link.name] = try await start(link, of: plan, services: services)
            }
            let successors = new.filter { predecessor($0) != nil }
            for old in successors.compactMap(predecessor) where old.isOpen {
                await old.stop(within: .zero)
                ended.append(old)
            }
            for link in successors { made[link.name] = try await start(link, of: plan, services: services) }
        } catch {
            for (name, link) in made where kept[name] == nil { await link.end() }
            for old in ended { try await old.open() }
            throw error
        }
        for (name, link) in links where kept[name] == nil { await link.end() }
        links = made
        for link in plan.links {
            guard let running = kept[link.name] else { continue }
            if !running.isOpen {
                do { try await running.open() } catch { options.onWarning("\(link.name): \(error)") }
            }
            // The plan is made true, whatever was set by hand.
            let isNews = before(link) != link || running.isEdited
            if !isNews, case .endpoint = link.to, plan.access == self.plan.access { continue }
            do { try await running.become(isNews ? link : nil, to: target(of: link, services)) } catch {
                // What it does is as the plan says; only its socket is not. The next change tries again.
                options.onWarning("\(link.name): \(error)")
            }
        }
    }

    private func start(_ link: LinkPlan, of plan: Plan, services: [ServiceName: RunningService]) async throws -> Link {
        try await start(link, to: target(of: link, services), isOpen: true)
    }

    private func start(_ link: LinkPlan, to target: LinkTarget, isOpen: Bool) async throws -> Link {
        guard let group else { throw HomeportError(.projectStopped, "the project is stopping") }
        if let listen = link.listen, !listen.isLoopback {
            options.onWarning("\(link.name) listens at \(listen): other machines can reach it")
        }
        var shared: Lines?
        if let name = link.group {
            shared = lines[name] ?? Lines()
            lines[name] = shared
        }
        let running = try await Link.start(
            link,
            to: target,
            shared: shared,
            group: group,
            isOpen: isOpen,
            decisions: options.decisions,
            observing: tap,
            onWarning: options.onWarning
        )
        if running.isIPv6Missing { noteMissingIPv6() }
        return running
    }

    private func target(of link: LinkPlan, _ services: [ServiceName: RunningService]) throws -> LinkTarget {
        switch link.to {
        case .endpoint(let endpoint):
            if link.isDatagram { return .datagram(endpoint.place) }
            let deadline = TimeAmount.nanoseconds(link.connectTimeout.wholeNanoseconds)
            return .stream(
                AddressDialer(endpoint.place, deadline: deadline),
                text: endpoint.description,
                admission: admission(to: nil)
            )
        case .service(let name):
            guard let loops, let running = services[name] else {
                throw HomeportError(.badValue, "there is no service \(name)", where: link.name)
            }
            if let dialer = running.dialer {
                let deadline = TimeAmount.nanoseconds(link.connectTimeout.wholeNanoseconds)
                return .stream(dialer(deadline), text: name.text, admission: admission(to: name))
            }
            // What comes from the door was judged there.
            let responder = link.isFromDoor ? running.responder : guarded(running.responder, for: name)
            // The link's own record is the one that the client would agree with.
            return .stream(ServiceDialer(service(responder, isTapped: false), loops: loops), text: name.text)
        }
    }

    /// What applying a plan would change: beside what the plan says anew, what was removed or set by hand meanwhile.
    package func difference(to plan: Plan) -> PlanChange {
        var change = PlanChange(from: self.plan, to: plan)
        for link in plan.links {
            let name = "link \(link.name)"
            guard let place = change.unchanged.firstIndex(of: name) else { continue }
            if links[link.name] == nil {
                change.unchanged.remove(at: place)
                change.added.append(name)
            } else if links[link.name]?.isEdited == true {
                change.unchanged.remove(at: place)
                change.changed.append(name)
            }
        }
        // What was made beside the old plan goes, too.
        let known = Set((self.plan.links + plan.links).map(\.name))
        change.removed += links.keys.filter { !known.contains($0) }.sorted().map { "link \($0)" }
        return change
    }

    // MARK: While it runs

    var linkStatus: [LinkStatus] {
        get async {
            var all: [LinkStatus] = []
            for link in allLinks { if let status = try? await link.status { all.append(status) } }
            return all
        }
    }

    /// Those of the plan in its order, then the others by name.
    package var allLinks: [Link] {
        let planned = plan.links.compactMap { links[$0.name] }
        let names = Set(planned.map(\.name))
        return planned + links.values.filter { !names.contains($0.name) }.sorted { $0.name < $1.name }
    }

    package func link(_ name: String) -> Link? { links[name] }

    /// Adds a link beside those of the plan; it goes when a plan is applied, as all does that was made by hand.
    /// - Parameter isOpen: Whether it listens at once.
    package func addLink(_ link: LinkPlan, to target: LinkTarget, isOpen: Bool) async throws -> Link {
        await turns.take()
        defer { turns.end() }
        guard links[link.name] == nil else {
            throw HomeportError(HomeportError.Code("link.taken", .words), "a link \(link.name) is there already")
        }
        guard links.count < Self.mostLinks else {
            throw HomeportError(.badValue, "there are \(Self.mostLinks) links already", fix: "remove some")
        }
        let running = try await start(link, to: target, isOpen: isOpen)
        links[link.name] = running
        return running
    }

    private static let mostLinks = 10_000

    package func removeLink(_ name: String) async {
        await turns.take()
        defer { turns.end() }
        await links.removeValue(forKey: name)?.end()
    }

    /// Does something to a link that no change of the plan may come in between.
    /// - Returns: nil where there is no such link.
    package func alter(_ name: String, _ body: @Sendable (Link) async throws -> Void) async throws -> Link? {
        await turns.take()
        defer { turns.end() }
        guard let link = links[name] else { return nil }
        try await body(link)
        return link
    }

    /// Whether there is nothing left for which it should run: a link that stood alone was removed.
    package var isEmpty: Bool { options.place == nil && plan.toxiproxy == nil && links.isEmpty }

    /// Does something to links of this project.
    /// - Returns: What they are afterwards.
    /// - Throws: ``HomeportError`` if it cannot be done; links before the one that failed have changed then.
    package func change(_ wish: LinkWish) async throws -> [LinkStatus] {
        await turns.take()
        defer { turns.end() }
        var seen: Set<String> = []
        let meant = try wish.links.filter { seen.insert($0).inserted }.map { name in
            guard let link = links[name] else {
                throw HomeportError(.linkMissing, "there is no link \(name) in \(plan.name)")
            }
            return link
        }
        for link in meant {
            switch wish.action {
            case .set(let edit): try await link.set(edit, for: wish.time)
            case .cut: try await link.cut(for: wish.time)
            case .heal: try await link.heal()
            case .remove:
                links[link.name] = nil
                await link.end()
            }
        }
        // A line that several share has one speed.
        if case .set(let edit) = wish.action, let rate = edit.rateEdit {
            let groups = Set(meant.filter(\.sharesLine).compactMap(\.group))
            for link in links.values where link.sharesLine && groups.contains(link.group ?? "") {
                if !meant.contains(where: { $0 === link }) { try await link.set(rate, for: wish.time) }
            }
        }
        if case .remove = wish.action { return [] }
        var all: [LinkStatus] = []
        for link in meant { all.append(try await link.status) }
        return all
    }
}

/// Something to be done to links that run.
package struct LinkWish: Sendable {
    package enum Action: Sendable {
        case set(LinkEdit)
        case cut
        case heal
        case remove
    }

    package var links: [String]
    package var action: Action
    /// After which it is undone; nil stays.
    package var time: Duration?

    package init(_ links: [String], _ action: Action, for time: Duration? = nil) {
        self.links = links
        self.action = action
        self.time = time
    }
}

extension LinkPlan {
    /// Whether a running link can become the other one and keep its sockets.
    fileprivate func isOnePlace(with other: LinkPlan) -> Bool {
        listen == other.listen && isDatagram == other.isDatagram && group == other.group && seed == other.seed
            && idle == other.idle
    }
}

extension HomeportError.Code {
    package static let linkMissing = Self("link.missing", .words)
}
