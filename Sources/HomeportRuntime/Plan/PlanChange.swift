import HomeportCore
import HomeportLink

/// What applying a plan to a running project does, service by service and link by link.
package struct PlanChange: Sendable, Equatable, Codable {
    package var added: [String] = []
    package var removed: [String] = []
    package var changed: [String] = []
    package var unchanged: [String] = []
    /// The project's new name, where it has one.
    package var renamed: String?

    package init(from old: Plan, to new: Plan) {
        for service in new.services {
            if let before = old.services.first(where: { $0.name == service.name }) {
                if before == service && old.directory == new.directory {
                    unchanged.append(service.name.text)
                } else {
                    changed.append(service.name.text)
                }
            } else {
                added.append(service.name.text)
            }
        }
        for service in old.services where !new.services.contains(where: { $0.name == service.name }) {
            removed.append(service.name.text)
        }
        for link in new.links {
            guard let before = old.links.first(where: { $0.name == link.name }) else {
                added.append("link \(link.name)")
                continue
            }
            if before == link { unchanged.append("link \(link.name)") } else { changed.append("link \(link.name)") }
        }
        for link in old.links where !new.links.contains(where: { $0.name == link.name }) {
            removed.append("link \(link.name)")
        }
        switch (old.toxiproxy, new.toxiproxy) {
        case (nil, nil): break
        case (nil, _): added.append("toxiproxy")
        case (_, nil): removed.append("toxiproxy")
        case (let before, let after):
            if before == after { unchanged.append("toxiproxy") } else { changed.append("toxiproxy") }
        }
        if old.tap != new.tap { changed.append("tap") }
        if old.access != new.access { changed.append("access") }
        if old.name != new.name { renamed = new.name.text }
    }

    /// What starting a plan does: everything is new.
    package init(starting plan: Plan) {
        added = plan.services.map(\.name.text) + plan.links.map { "link \($0.name)" }
        if plan.toxiproxy != nil { added.append("toxiproxy") }
    }

    package var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty && renamed == nil }
}
