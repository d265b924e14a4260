import HomeportCore
import HomeportLink
import HomeportRuntime

/// What a person is told when a project runs: where it is, what is there, and what one may do next.
struct StartReport {
    private let status: ProjectStatus
    private let next: [String]

    init(_ status: ProjectStatus, next: [String]) {
        self.status = status
        self.next = next
    }

    /// A command may be long, and what it does is told behind it.
    private static func short(_ text: String) -> String {
        let most = 44
        return text.count <= most ? text : text.prefix(most - 2) + " …"
    }

    /// Of a program; nothing for what is always there.
    static func state(of service: ProjectStatus.Service, on terminal: Terminal) -> String {
        guard let state = service.state else { return "" }
        let style: Terminal.Style = state == "ready" ? .dim : state == "starting" || state == "waiting" ? .yellow : .red
        let place = service.listens.map { " at \($0)" } ?? ""
        let why = service.trouble ?? service.exit
        return "   " + terminal.styled("\(state)\(place)\(why.map { ": \($0)" } ?? "")".harmless, style)
    }

    func write(to terminal: Terminal) {
        var text = "\n  " + terminal.styled("Homeport", .bold) + " \(status.version) runs "
        text += terminal.styled(status.project, .bold)
        text += (status.worktree.map { " (worktree \($0))" } ?? "") + "\n\n"
        let fallback = status.services.first(where: \.isDefault)
        let own = fallback.map { "\($0.name): \($0.summary.harmless)" } ?? "the list of services"
        let bare = status.bare.map { "belongs to the project \($0) until that ends" } ?? own
        for (index, address) in status.addresses.enumerated() {
            text += "  " + terminal.styled(address, .green) + (index == 0 ? "   \(bare)" : "") + "\n"
        }
        let hasPrograms = status.services.contains { $0.state != nil }
        // The bare address is enough for one service; with several, each has its name.
        if status.services.count > 1 || fallback == nil || hasPrograms || status.bare != nil {
            text += "\n"
            for service in status.services {
                // One that runs and listens nowhere is not there to be asked.
                let isAsked = service.state != "ready" || service.listens != nil
                text += "  " + terminal.styled(isAsked ? service.url : service.name, .green)
                text += "   \(Self.short(service.summary.harmless))"
                text += Self.state(of: service, on: terminal) + "\n"
            }
        }
        if !status.links.isEmpty { text += "\n" }
        for link in status.links {
            text += "  " + terminal.styled(link.addresses.first ?? "behind the door", .green)
            text += "   link \(link.name.harmless) to \(link.target.harmless): \(LinkReport.conditions(link))\n"
        }
        if let api = status.toxiproxy?.first {
            text += "\n  " + terminal.styled(api, .green) + "   Toxiproxy's API\n"
        }
        text += "\n"
        for line in next { text += "  " + terminal.styled(line, .dim) + "\n" }
        terminal.write(text + "\n")
    }
}
