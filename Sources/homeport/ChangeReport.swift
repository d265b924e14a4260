import HomeportRuntime

/// What applying a plan did, or would do.
struct ChangeReport {
    private let change: PlanChange
    private let isDry: Bool

    init(_ change: PlanChange, isDry: Bool) {
        self.change = change
        self.isDry = isDry
    }

    func write(to terminal: Terminal) {
        if change.isEmpty { return terminal.write("nothing \(isDry ? "would change" : "changed")\n") }
        let lines =
            change.added.map { ("+ \($0)", Terminal.Style.green) } + change.removed.map { ("- \($0)", .red) }
            + change.changed.map { ("~ \($0)", .yellow) }
        terminal.write(isDry ? "this would change:\n" : "changed:\n")
        for (line, style) in lines { terminal.write("  " + terminal.styled(line, style) + "\n") }
        if !change.unchanged.isEmpty { terminal.write("  as before: \(change.unchanged.joined(separator: ", "))\n") }
    }
}
