import HomeportCore

/// What applying a plan to a running project does, service by service.
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
        if old.name != new.name { renamed = new.name.text }
    }

    /// What starting a plan does: everything is new.
    package init(starting plan: Plan) { added = plan.services.map(\.name.text) }

    package var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty && renamed == nil }
}
